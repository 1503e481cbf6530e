"""Made data: a City that reproduces the published strand table and is otherwise plausible.

The description that it is drawn from stands in `vulncore/reference/demo_*.toml`.
"""

from vulncore.sources.demo.generator import DEFAULT as DEFAULT
from vulncore.sources.demo.generator import deliver as deliver
