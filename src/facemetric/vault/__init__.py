"""Keys, sealed values and files, and an audit log that shows what was changed in it."""

from facemetric.vault.auditlog import AuditLog
from facemetric.vault.entry import Entry, Event
from facemetric.vault.envelope import DataKey, Envelope, unwrap
from facemetric.vault.masterkey import (
    MasterKey,
    key_from_command,
    key_from_environment,
    key_from_file,
    write_key,
)
from facemetric.vault.sealedfile import read_sealed, write_sealed
from facemetric.vault.sealer import Blinder, Sealer
from facemetric.vault.tail import read_back
from facemetric.vault.verification import (
    Head,
    Verdict,
    log_key_id,
    open_log,
    read_log,
    verify_log,
)

__all__ = [
    "AuditLog",
    "Blinder",
    "DataKey",
    "Entry",
    "Envelope",
    "Event",
    "Head",
    "MasterKey",
    "Sealer",
    "Verdict",
    "key_from_command",
    "key_from_environment",
    "key_from_file",
    "log_key_id",
    "open_log",
    "read_back",
    "read_log",
    "read_sealed",
    "unwrap",
    "verify_log",
    "write_key",
    "write_sealed",
]
