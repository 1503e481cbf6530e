"""What vulncore.domain.identifiers promises: the same person is the same, and nobody can tell who without the secret."""

import hashlib
import hmac

from vulncore.domain.identifiers import pseudonym


def test_a_pseudonym_is_the_keyed_digest_of_the_reference():
    expected = hmac.new(b"k" * 32, b"v 17/24", hashlib.sha256).hexdigest()[:32]
    assert pseudonym(b"k" * 32, "  V  17/24 ") == expected
    assert pseudonym(b"k" * 32, "V 17/25") != expected
    assert pseudonym(b"k" * 32, "  ") == ""
