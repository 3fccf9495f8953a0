"""The only code that knows a database engine: everything else speaks SQL steps to `Engine`."""

from notoneless.engine.base import Engine
from notoneless.engine.opening import open_engine

__all__ = ["Engine", "open_engine"]
