"""Policy as data: dated parameters and tables with their sources, code lists, places."""

from notoneless.policy.pack import Pack, Parameter, PolicyTable, load_pack, national_parameter
from notoneless.policy.places import Place, Places, code_range

__all__ = ["Pack", "Parameter", "Place", "Places", "PolicyTable", "code_range", "load_pack", "national_parameter"]
