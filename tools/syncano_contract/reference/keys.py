"""Keys: forty lower-case hexadecimal digits, whose last digit tells what they open."""

import secrets

LENGTH = 40
EVEN_DIGITS = "02468ace"
ODD_DIGITS = "13579bdf"


def user_key() -> str:
    """Make the key of a user, which ends in an even digit (DEPLOYMENTS.md, "Where it differs")."""
    return _key(EVEN_DIGITS)


def account_key() -> str:
    """Make the key of an account, which ends in an even digit (DEPLOYMENTS.md, "Where it differs")."""
    return _key(EVEN_DIGITS)


def instance_key() -> str:
    """Make the key of an instance, which ends in an odd digit (DEPLOYMENTS.md, "Where it differs")."""
    return _key(ODD_DIGITS)


def _key(last_digits: str) -> str:
    return secrets.token_hex(LENGTH // 2)[:-1] + secrets.choice(last_digits)
