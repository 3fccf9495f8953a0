"""The key ring: binding, rotation, both algorithms, and refusing to guess."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from notoneless.common import keyring as keyring_module
from notoneless.common.errors import Fault
from notoneless.common.keyring import AES, ALGORITHMS, SM4, KeyRing, rotate

AAD = b"case_child|id_no|C01"


@pytest.fixture(params=[AES, SM4])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    return KeyRing.open(tmp_path / "keys" / "ring.json", create=True, algorithm=request.param)


def test_what_is_sealed_opens_again(ring: KeyRing) -> None:
    for plain in (b"", b"371321201103150021", b"x" * 10_000):
        blob = ring.seal(plain, AAD)
        assert ring.open_sealed(blob, AAD) == plain
        assert len(blob) == len(plain) + 32
        assert not plain or plain not in blob


def test_equal_values_never_look_equal(ring: KeyRing) -> None:
    assert len({ring.seal(b"same", AAD) for _ in range(100)}) == 100


@pytest.mark.parametrize("aad", [b"case_child|id_no|C02", b"case_child|phone|C01", b"link_child|id_no|C01", b""])
def test_a_value_moved_to_another_row_column_or_table_does_not_open(ring: KeyRing, aad: bytes) -> None:
    with pytest.raises(Fault) as caught:
        ring.open_sealed(ring.seal(b"1", AAD), aad)
    assert caught.value.code == "E023"


def test_every_altered_byte_is_noticed(ring: KeyRing) -> None:
    blob = ring.seal(b"371321201103150021", AAD)
    for place in range(len(blob)):
        altered = bytearray(blob)
        altered[place] ^= 1
        with pytest.raises(Fault) as caught:
            ring.open_sealed(bytes(altered), AAD)
        assert caught.value.code in ("E023", "E024")
    for length in range(len(blob)):
        with pytest.raises(Fault):
            ring.open_sealed(blob[:length], AAD)


def test_search_hash_is_stable_keyed_and_bound_to_its_purpose(ring: KeyRing, tmp_path: Path) -> None:
    found = ring.index("371321201103150021", "id_no")
    assert found == ring.index("371321201103150021", "id_no")
    assert len(found) == 32
    assert int(found, 16) >= 0
    assert found != ring.index("371321201103150021", "phone")
    other = KeyRing.open(tmp_path / "other.json", create=True)
    assert found != other.index("371321201103150021", "id_no")


def test_data_keys_open_only_in_their_context(ring: KeyRing) -> None:
    wrapped, key = ring.new_data_key("deliveries/D1")
    assert len(key) == ring.algorithm.key_bytes
    assert ring.unwrap(wrapped, "deliveries/D1") == key
    for text, context in ((wrapped, "deliveries/D2"), (wrapped[:-4], "deliveries/D1"), ("???", "deliveries/D1")):
        with pytest.raises(Fault):
            ring.unwrap(text, context)


@pytest.mark.parametrize("algorithm", [AES, SM4])
def test_rotation_keeps_old_values_readable_and_seals_with_the_new(tmp_path: Path, algorithm: str) -> None:
    path = tmp_path / "ring.json"
    old = KeyRing.open(path, create=True)
    blob, found, wrapped = old.seal(b"v", AAD), old.index("a", "p"), old.new_data_key()
    new = rotate(path, algorithm=algorithm)
    assert new.open_sealed(blob, AAD) == b"v"
    assert new.unwrap(wrapped[0]) == wrapped[1]
    assert new.index("a", "p") == found  # search goes on as before
    assert new.purpose_key("pseudonym") == old.purpose_key("pseudonym")
    assert new.algorithm.name == algorithm
    with pytest.raises(Fault) as caught:
        old.open_sealed(new.seal(b"v", AAD), AAD)
    assert caught.value.code == "E024"


def test_rotation_of_search_asks_for_both_hashes_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    old = KeyRing.open(path, create=True)
    new = rotate(path, search=True)
    assert new.index("a", "p") != old.index("a", "p")
    assert new.indexes("a", "p") == [new.index("a", "p"), old.index("a", "p")]
    assert new.purpose_key("pseudonym") == old.purpose_key("pseudonym")


def test_file_is_the_owners_alone_and_refused_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    KeyRing.open(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    os.chmod(path, 0o640)
    with pytest.raises(Fault) as caught:
        KeyRing.open(path)
    assert caught.value.code == "E021"


def test_a_missing_or_broken_ring_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    with pytest.raises(Fault) as caught:
        KeyRing.open(path)
    assert caught.value.code == "E020"
    assert not path.exists()
    for text in ("", "{}", "[]", '{"version":1,"seal":1,"search":[],"secrets":[]}'):
        path.write_text(text)
        path.chmod(0o600)
        with pytest.raises(Fault) as caught:
            KeyRing.open(path, create=True)
        assert caught.value.code == "E022"
        assert path.read_text() == text


def test_unknown_algorithm_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        KeyRing.open(tmp_path / "ring.json", create=True, algorithm="ROT13")
    assert caught.value.code == "E025"


def test_two_starting_at_once_agree_on_one_ring(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    barrier, found = threading.Barrier(6), []

    def start() -> None:
        barrier.wait()
        found.append(KeyRing.open(path, create=True).index("a", "p"))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_secrets_are_whole_and_distinct(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    KeyRing.open(path, create=True)
    rotate(path)
    values = [row["secret"] for row in json.loads(path.read_text())["secrets"]]
    assert len(set(values)) == 2
    assert all(len(value) == 44 for value in values)  # 32 bytes in base64


def test_sm4_gcm_against_the_published_vector() -> None:
    # RFC 8998 appendix A.1
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes([value]) * 8 for value in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    aead = ALGORITHMS[SM4].aead(key)
    assert aead.encrypt(nonce, plain, aad) == sealed
    assert aead.decrypt(nonce, sealed, aad) == plain
    worker = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    worker.authenticate_additional_data(aad)
    assert worker.update(plain) + worker.finalize() == sealed[:-16]


def test_the_header_is_part_of_what_is_authenticated(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    KeyRing.open(path, create=True)
    ring = rotate(path)
    blob = ring.seal(b"v", AAD)
    swapped = blob[:2] + (1).to_bytes(2, "big") + blob[4:]  # claims the other secret
    with pytest.raises(Fault):
        ring.open_sealed(swapped, AAD)
    assert blob[0] == keyring_module.VERSION
