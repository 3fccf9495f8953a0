"""`manage.py create_keyring`: the one deliberate act that makes the key ring of a production installation."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notoneless.common.keyring import KeyRing


class Command(BaseCommand):
    """Refuses when a key ring, or data that needs one, is already there."""

    help = "建立密钥文件（只在全新安装时做一次）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say where, and what to do with it."""
        path = settings.KEYRING_PATH
        if path.exists():
            raise CommandError(f"{path} 已经存在，不会覆盖")
        if any(settings.LAKE_DIR.glob("*/*/manifest.json")):
            raise CommandError("数据目录里已有加密的批次：请恢复原来的密钥文件，不要另建")
        KeyRing.open(path, create=True, algorithm=settings.KEYRING_ALGORITHM)
        self.stdout.write(f"已建立密钥文件 {path}。请把副本离线保管，不要和数据备份放在一起。")
