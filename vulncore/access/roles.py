"""Who may do what: roles, what each of them allows, and the file in which a force says who has which."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from vulncore.domain.errors import InvalidRolesError, first_five
from vulncore.domain.words import number_of

LARGEST_FILE: Final = 60_000  # bytes
MOST_DOTS: Final = 40  # in a line: the parts of a key cost TOML's reader the square of their number


class Right(StrEnum):
    """What somebody may do, in words that end "your role does not let you …"."""

    SEE = "see figures"
    WRITE = "write commentary, targets and decisions on levels of this strand"
    NOTE = "write notes on the data"
    PUBLISH = "publish, or change what is published"
    RECORDS = "see lists of single records"
    PLAN = "save or lock scenarios for everybody"
    UNDO = "undo a version"


class UserRole(StrEnum):
    """What a force calls the people who use the dashboard, from the least to the most that they may do."""

    VIEWER = "viewer"
    STRAND_LEAD = "strand-lead"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


ALLOWED: Final[Mapping[UserRole, frozenset[Right]]] = {
    UserRole.VIEWER: frozenset({Right.SEE}),
    UserRole.STRAND_LEAD: frozenset({Right.SEE, Right.WRITE}),
    UserRole.ANALYST: frozenset(Right) - {Right.UNDO},
    UserRole.ADMINISTRATOR: frozenset(Right),
}
"""What is not named here is denied."""


@dataclass(frozen=True)
class Rights:
    """What one person may do, and the keys of strands that they may write of; None for all."""

    allowed: frozenset[Right] = frozenset()
    strands: frozenset[str] | None = frozenset()

    def may(self, right: Right) -> bool:
        """Return whether they may."""
        return right in self.allowed

    def may_write(self, keys: Collection[str]) -> bool:
        """Return whether they may write of all these strands; of none, only who may write of all.

        >>> lead = Rights(frozenset({Right.WRITE}), frozenset({"hate-crime"}))
        >>> lead.may_write(["hate-crime"]), lead.may_write(["hate-crime", "rape"]), lead.may_write([])
        (True, False, False)
        """
        if Right.WRITE not in self.allowed:
            return False
        return self.strands is None or (bool(keys) and self.strands.issuperset(keys))


NO_RIGHTS: Final = Rights()


@dataclass(frozen=True)
class RoleBook:
    """Which values of a claim give which role, and of which strands a lead writes.

    `claim` is the name that the sign-in's token gives the list of roles or groups of a person.
    """

    claim: str
    values: Mapping[UserRole, frozenset[str]]
    strands: Mapping[str, frozenset[str]]

    def role_of(self, claims: Mapping[str, object]) -> UserRole | None:
        """Return the most that the claims of a person allow; None where they name no role."""
        held = claimed(claims, self.claim)
        return max(
            (role for role in UserRole if held & self.values.get(role, frozenset())),
            key=list(UserRole).index,
            default=None,
        )

    def rights_of(self, claims: Mapping[str, object]) -> Rights:
        """Return what the claims of a person allow: nothing, unless one of them is named in the file."""
        role = self.role_of(claims)
        if role is None:
            return NO_RIGHTS
        if role is not UserRole.STRAND_LEAD:
            return Rights(ALLOWED[role], None if Right.WRITE in ALLOWED[role] else frozenset())
        theirs = (self.strands.get(value, frozenset()) for value in claimed(claims, self.claim))
        return Rights(ALLOWED[role], frozenset().union(*theirs))


def claimed(claims: Mapping[str, object], name: str) -> frozenset[str]:
    """Return what a claim holds: one text, or several.

    >>> sorted(claimed({"roles": ["b", "a", 3]}, "roles")), claimed({}, "roles")
    (['a', 'b'], frozenset())
    """
    held = claims.get(name)
    if isinstance(held, str):
        return frozenset({held})
    return frozenset(one for one in held if isinstance(one, str)) if isinstance(held, list) else frozenset()


def parse_roles(content: bytes) -> RoleBook:
    r"""Return the roles that the bytes of a TOML file hold.

    Raises:
        InvalidRolesError: They are too many, are no TOML, or hold something that is no list of roles; the sentence says
            what, which, and what to do.

    >>> book = parse_roles(b'claim = "roles"\n[roles]\nviewer = ["Vulnerability.Read"]')
    >>> book.role_of({"roles": ["Vulnerability.Read"]})
    <UserRole.VIEWER: 'viewer'>
    >>> book.role_of({"roles": ["Finance.Read"]}), book.role_of({})
    (None, None)
    """
    table = _toml(content)
    claim = table.get("claim")
    if not isinstance(claim, str) or not claim:
        raise InvalidRolesError('Name the claim that holds the roles: claim = "roles".')
    _refuse_unknown(table, ("claim", "roles", "strands"), "setting")
    roles, strands = _section(table, "roles"), _section(table, "strands")
    _refuse_unknown(roles, list(UserRole), "role")
    values = {role: _texts(roles.get(role, []), f"roles.{role}") for role in UserRole}
    leads = {value: _texts(keys, f"strands.{value}") for value, keys in strands.items()}
    if not any(values.values()):
        raise InvalidRolesError(
            "No role is given to anybody. Name at least one value of the claim under [roles]."
        )
    if unled := sorted(set(leads) - values[UserRole.STRAND_LEAD]):
        raise InvalidRolesError(
            f"Under [strands], {number_of(len(unled), 'value')} of the claim are no strand lead: {first_five(unled)}. Name them under "
            "roles.strand-lead, too."
        )
    return RoleBook(claim, values, leads)


def _toml(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_FILE:
        raise InvalidRolesError(
            f"The file of roles has more than {LARGEST_FILE:,} bytes. A list of roles has fewer."
        )
    try:
        text = content.decode("utf-8-sig")
        if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
            raise InvalidRolesError(
                f"A line of the file of roles has more than {MOST_DOTS} dots. Make it shorter."
            )
        return tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise InvalidRolesError(f"The file of roles is no TOML: {problem}. Correct it there.") from problem


def _section(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = table.get(name, {})
    if not isinstance(section, dict):
        raise InvalidRolesError(f"'{name}' is no section. Begin it with [{name}].")
    return section


def _refuse_unknown(table: Iterable[str], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise InvalidRolesError(
            f"Not known in the file of roles: {number_of(len(unknown), what)}: {first_five(unknown)}. Known are: {', '.join(known)}."
        )


def _texts(held: object, where: str) -> frozenset[str]:
    if not isinstance(held, list) or not all(isinstance(one, str) and one for one in held):
        raise InvalidRolesError(f'{where} is no list of texts. Write it like ["one", "another"].')
    return frozenset(held)
