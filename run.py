#!/usr/bin/env python3
"""The only front door: `python3 run.py demo` and `python3 run.py test` on a bare Debian 12.

Standard library only. Every command is safe to repeat. What it installs stays in this folder (.tools, .venv, var),
except the Debian packages that `test` needs (a browser, Chinese fonts, and Java for Spark).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
UV_VERSION = "0.13.9"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Debian package → a file or program that shows it is already there.
TEST_PACKAGES = {
    "chromium": "chromium",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto",
    "libatomic1": "/usr/lib/x86_64-linux-gnu/libatomic.so.1",
    "openjdk-17-jre-headless": "java",
}


def main() -> int:
    arguments = parse_arguments()
    os.chdir(ROOT)
    return int(arguments.run(arguments))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="一个不少：安装、演示、测试只用这一个命令。")
    commands = parser.add_subparsers(required=True, metavar="命令")
    demo_parser = commands.add_parser("demo", help="生成一个虚构的乡镇（县、市），比对、立案，打开网页")
    demo_parser.add_argument("--size", choices=["township", "county", "city"], default="township")
    demo_parser.add_argument("--no-serve", action="store_true", help="打印结果后结束，不打开网页")
    demo_parser.add_argument("--port", type=int, default=8000)
    demo_parser.set_defaults(run=demo)
    commands.add_parser("install", help="只安装到本目录的 .venv，不做演示").set_defaults(run=install)
    test_parser = commands.add_parser("test", help="安装测试所需并运行全部测试（fault 除外）")
    test_parser.add_argument("--fast", action="store_true", help="只跑检查和 unit、spec 里的快测试")
    test_parser.set_defaults(run=test)
    commands.add_parser("check", help="不改文件的检查：格式、类型、引用方向、文档是否最新").set_defaults(run=check)
    commands.add_parser("fix", help="自动修正格式").set_defaults(run=fix)
    commands.add_parser("messages", help="更新英文译文表：收新的、删旧的、列出没译的").set_defaults(run=messages)
    commands.add_parser("docs", help="由程序重新生成参考文档").set_defaults(run=docs)
    return parser.parse_args()


def install(_arguments: argparse.Namespace) -> int:
    sync()
    # Whoever runs it may not be allowed to write beside it, and would read all sources anew each time.
    python("-m", "compileall", "-q", "-j", "0", "src", str(VENV))
    print(f"已安装。命令在 {PYTHON.parent}/notoneless；装到局里的机器上见 docs/how-to/install.md")
    return 0


def demo(arguments: argparse.Namespace) -> int:
    sync()
    command = ["-m", "notoneless.cli.main", "demo", "--size", arguments.size, "--port", str(arguments.port)]
    if arguments.no_serve:
        command.append("--no-serve")
    if os.name == "posix":  # the demonstration takes this process's place, so that who ends one ends the other
        os.execve(PYTHON, [str(PYTHON), *command], dict(os.environ, PYTHONUTF8="1"))
    try:
        return python(*command)
    except KeyboardInterrupt:
        return 130


def check(_arguments: argparse.Namespace) -> int:
    sync("dev")
    steps = [
        ["-m", "ruff", "format", "--check", "--quiet", "."],
        ["-m", "ruff", "check", "--quiet", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        ["manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "0"],
        ["tools/write_reference.py", "--check"],
    ]
    with ThreadPoolExecutor(max_workers=2) as two:
        failed = [" ".join(step) for step, code in zip(steps, two.map(quietly, steps), strict=True) if code != 0]
    print("检查未通过：\n  " + "\n  ".join(failed) if failed else "检查全部通过")
    return 1 if failed else 0


def fix(_arguments: argparse.Namespace) -> int:
    sync("dev")
    return python("-m", "ruff", "format", ".") or python("-m", "ruff", "check", "--fix", ".")


def docs(_arguments: argparse.Namespace) -> int:
    sync("dev")
    return python("tools/write_reference.py")


def messages(_arguments: argparse.Namespace) -> int:
    sync("dev")
    return python("tools/write_messages.py")


def test(arguments: argparse.Namespace) -> int:
    """Run every kind of test but fault; the exit code is not 0 if any part failed."""
    if not arguments.fast:
        install_test_packages()
    failed = check(arguments)
    if not arguments.fast:
        sync("dev", extra="spark")
    pytest, kinds = ["-m", "pytest", "-n", "2"], ["tests/unit", "tests/spec", "tests/integration"]
    if arguments.fast:
        # The plugin of the API's own tests takes three seconds to load in each process.
        return python(*pytest, "-p", "no:schemathesis", "-m", "not slow", *kinds[:2]) or failed
    python("-m", "coverage", "erase")
    failed |= python("-m", "coverage", "run", *pytest, *kinds)
    failed |= python("tests/lib/run_on_postgres.py", *pytest, "tests/integration")
    failed |= python("-m", "pytest", "tests/browser")
    failed |= python("-m", "pytest", "tests/spark")
    failed |= python("-m", "coverage", "combine", "--quiet") or python("tools/coverage_gate.py")
    return failed


def sync(*groups: str, extra: str = "") -> None:
    """Make .venv hold what uv.lock says for these groups and the extra."""
    uv = TOOLS / "bin" / "uv"
    if not uv.exists():
        # --target needs neither root nor python3-venv, and Debian's "externally managed" guard allows it.
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(TOOLS), f"uv=={UV_VERSION}"]
        run(pip, PIP_ROOT_USER_ACTION="ignore", PIP_DISABLE_PIP_VERSION_CHECK="1")
    options = [part for group in groups for part in ("--group", group)] + (["--extra", extra] if extra else [])
    # One person may run demo between tests: never take the test packages away again.
    run(
        [str(uv), "sync", "--quiet", "--locked", "--inexact", "--python", sys.executable, *options],
        UV_PYTHON_DOWNLOADS="never",
        UV_SYSTEM_CERTS="1",
        UV_HTTP_TIMEOUT="300",
        UV_PROJECT_ENVIRONMENT=str(VENV),
    )


def install_test_packages() -> None:
    missing = [name for name, sign in TEST_PACKAGES.items() if not (shutil.which(sign) or Path(sign).exists())]
    if not missing:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and subprocess.run([*sudo, "true"], capture_output=True).returncode != 0:
        sys.exit("测试需要先由管理员安装一次：apt-get install -y --no-install-recommends " + " ".join(missing))
    apt = [*sudo, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"]
    run([*apt, "update"], DEBIAN_FRONTEND="noninteractive", quiet=True)
    run([*apt, "install", "-y", "--no-install-recommends", *missing], DEBIAN_FRONTEND="noninteractive", quiet=True)


def python(*command: str) -> int:
    """Run the environment's own Python and return its exit code."""
    return subprocess.run([str(PYTHON), *command], env=dict(os.environ, PYTHONUTF8="1")).returncode


def quietly(step: list[str]) -> int:
    """Like python(), but what it prints is shown in one piece, and only if it failed: for steps side by side."""
    environment = dict(os.environ, PYTHONUTF8="1")
    done = subprocess.run([str(PYTHON), *step], env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode


def run(command: list[str], quiet: bool = False, **environment: str) -> None:
    output = subprocess.DEVNULL if quiet else None
    result = subprocess.run(command, env=dict(os.environ, **environment), stdout=output)
    if result.returncode != 0:
        sys.exit(f"未能完成：{' '.join(command)}（退出码 {result.returncode}）")


if __name__ == "__main__":
    sys.exit(main())
