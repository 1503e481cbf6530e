"""Kept while readers move to `vulncore.delivery`."""

from vulncore.delivery import Delivery as Delivery
from vulncore.delivery import RowAccount as RowAccount
from vulncore.delivery import SourceFile as SourceFile
from vulncore.delivery import measures_table as measures_table
from vulncore.delivery import source_file as source_file
