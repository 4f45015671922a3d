#!/usr/bin/env python3
"""Makes the frozen vectors of the formats in crates/crypto a second time, from the documents alone.

Written against docs/format.md, RFC 5869, RFC 8452, RFC 9106 and the C2SP age specification, with none of the
libraries that the Rust code uses. Inputs and nonces are fixed. Not part of the build; run it by hand:

    pip install cryptography argon2-cffi && python3 crates/crypto/tests/independent.py tests/vectors

A vector that has landed is never changed: with files in place it only compares.
"""

import base64, hashlib, hmac, json, pathlib, sys

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV, ChaCha20Poly1305


def cbor_head(major, number):
    for size, (limit, tag) in zip((0, 1, 2, 4, 8), ((24, None), (1 << 8, 24), (1 << 16, 25), (1 << 32, 26), (1 << 64, 27))):
        if number < limit:
            return bytes([major << 5 | (number if tag is None else tag)]) + (number.to_bytes(size, "big") if size else b"")


def cbor(value):
    """Deterministic CBOR of what the formats hold: numbers, bytes, text, arrays."""
    if isinstance(value, int):
        return cbor_head(0, value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    return cbor_head(4, len(value)) + b"".join(map(cbor, value))


def place(purpose, *parts):
    return cbor([1, purpose, list(parts)])


def digest(label, *parts):
    return hashlib.sha256(label.encode() + b"\0" + b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()


def hkdf(key, info, salt=b"", size=32):
    prk = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\1", hashlib.sha256).digest()[:size]


def seal(key, subkey, nonce, associated_data, plain):
    return nonce + AESGCMSIV(hkdf(key, subkey.encode())).encrypt(nonce, plain, associated_data)


def padme(size):
    size = max(size, 256)
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def padded(plain):
    framed = len(plain).to_bytes(4, "big") + plain
    return framed + bytes(padme(len(framed)) - len(framed))


def fixed(byte, size=32):
    return bytes((byte + i) % 256 for i in range(size))


WORKSPACE, FOLDER, ACCOUNT, DEVICE, PREV = fixed(1), fixed(2), fixed(3), fixed(4), fixed(5)
FOLDER_KEY, PREVIOUS, DEK, MASTER, DEVICE_KEY, INDEX_KEY = (fixed(byte) for byte in (16, 48, 80, 112, 144, 176))
NONCE = fixed(200, 12)


def wraps():
    dek_id = digest("valise v1 dek id", DEK)[:24]
    dek_place = place("wrap dek", WORKSPACE, FOLDER, 7, dek_id)
    previous_place = place("wrap previous folder key", WORKSPACE, FOLDER, 7)
    index_place = place("wrap index key", WORKSPACE)
    return {
        "workspace": WORKSPACE, "folder": FOLDER, "epoch": 7, "nonce": NONCE,
        "folder_key": FOLDER_KEY, "folder_key_commitment": digest("valise v1 folder key commitment", FOLDER_KEY),
        "dek": DEK, "dek_id": dek_id, "dek_text": base64.urlsafe_b64encode(DEK).decode().rstrip("="),
        "dek_associated_data": dek_place,
        "dek_wrapped": seal(FOLDER_KEY, "valise v1 subkey folder wrap", NONCE, dek_place, DEK),
        "previous": PREVIOUS, "previous_commitment": digest("valise v1 folder key commitment", PREVIOUS),
        "previous_associated_data": previous_place,
        "previous_wrapped": seal(FOLDER_KEY, "valise v1 subkey folder previous", NONCE, previous_place, PREVIOUS),
        "device_key": DEVICE_KEY, "index_key": INDEX_KEY, "index_associated_data": index_place,
        "index_wrapped": seal(DEVICE_KEY, "valise v1 subkey device index", NONCE, index_place, INDEX_KEY),
    }


def body():
    plain = cbor(["a body", 1, b"\0\1\2"])
    at = place("wrap body", WORKSPACE, FOLDER, 7, 300, PREV, ACCOUNT, DEVICE, 7)
    return {
        "workspace": WORKSPACE, "folder": FOLDER, "epoch": 7, "seq": 300, "prev": PREV, "author": ACCOUNT,
        "device": DEVICE, "kind": 7, "nonce": NONCE, "folder_key": FOLDER_KEY, "associated_data": at, "body": plain,
        "sealed": seal(FOLDER_KEY, "valise v1 subkey folder body", NONCE, at, padded(plain)),
    }


def signal():
    plain = cbor(["a signal", 1])
    at = place("wrap signal", WORKSPACE, FOLDER, 7)
    return {
        "workspace": WORKSPACE, "folder": FOLDER, "epoch": 7, "nonce": NONCE, "folder_key": FOLDER_KEY,
        "associated_data": at, "signal": plain,
        "sealed": seal(FOLDER_KEY, "valise v1 subkey folder signal", NONCE, at, padded(plain)),
    }


def slot():
    password, salt, costs = "Jack of ♦s, e\u0301", fixed(220), (65536, 3, 4)
    normal = "Jack of ♦s, é"
    user_key = hash_secret_raw(normal.encode(), salt, time_cost=costs[1], memory_cost=costs[0], parallelism=costs[2],
                               hash_len=32, type=Type.ID, version=0x13)
    wrapped = seal(user_key, "valise v1 subkey slot wrap", NONCE, place("wrap slot", WORKSPACE, 1, 0), DEVICE_KEY)
    commitment = digest("valise v1 slot commitment", hkdf(user_key, b"valise v1 subkey slot commitment"))
    return {
        "workspace": WORKSPACE, "password": password, "salt": salt, "user_key": user_key, "device_key": DEVICE_KEY,
        "file": cbor([1, [[1, 0, cbor([*costs, salt, wrapped, commitment])]]]),
    }


def token():
    secret, address, kept = fixed(140), "pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so", fixed(150)
    key = hkdf(secret, b"valise v1 subkey token slot")
    wrapped = seal(key, "valise v1 subkey slot wrap", NONCE, place("wrap slot", WORKSPACE, 3, 2), DEVICE_KEY)
    commitment = digest("valise v1 slot commitment", hkdf(key, b"valise v1 subkey slot commitment"))
    return {
        "workspace": WORKSPACE, "secret": secret, "address": address, "wrapped_secret": kept, "device_key": DEVICE_KEY,
        "file": cbor([1, [[3, 2, cbor([address, kept, wrapped, commitment])]]]),
    }


def login():
    secret = fixed(170)
    key = hkdf(secret, b"valise v1 subkey login slot")
    wrapped = seal(key, "valise v1 subkey slot wrap", NONCE, place("wrap slot", WORKSPACE, 4, 3), DEVICE_KEY)
    commitment = digest("valise v1 slot commitment", hkdf(key, b"valise v1 subkey slot commitment"))
    return {
        "workspace": WORKSPACE, "secret": secret, "device_key": DEVICE_KEY,
        "keyring_text": base64.b64encode(secret).decode().rstrip("="),
        "file": cbor([1, [[4, 3, cbor([wrapped, commitment])]]]),
    }


def ring():
    keys = [(1, fixed(31)), (2, fixed(63)), (5, fixed(95))]
    at = place("wrap ring", WORKSPACE, ACCOUNT, 2, 4)
    plain = b"".join(version.to_bytes(8, "big") + secret for version, secret in keys)
    sealed = b"\1" + seal(MASTER, "valise v1 subkey master ring", NONCE, at, plain)
    return {
        "workspace": WORKSPACE, "account": ACCOUNT, "master_version": 2, "generation": 4, "nonce": NONCE,
        "master_key": MASTER, "master_commitment": digest("valise v1 master key commitment", MASTER),
        "versions": [version for version, _ in keys], "secrets": [secret for _, secret in keys],
        "sealed": sealed, "hash": digest("valise v1 account ring", sealed),
    }


def device():
    def public(seed):
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(*raw)

    # The sealing secret is the first of draft-connolly-cfrg-xwing-kem, whose public key crypto-published.json holds.
    sealing = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    signing, peer = fixed(7), fixed(9)
    at = place("wrap device secrets", WORKSPACE)
    return {
        "workspace": WORKSPACE, "device_key": DEVICE_KEY, "nonce": NONCE, "signing_seed": signing,
        "signing_public": public(signing), "sealing_secret": sealing, "peer_seed": peer, "peer_public": public(peer),
        "sealed": b"\1" + seal(DEVICE_KEY, "valise v1 subkey device secrets", NONCE, at, signing + sealing + peer),
    }


def age(dek, salt, file_key, nonce, plain):
    def b64(data):
        return base64.b64encode(data).rstrip(b"=")

    text = base64.urlsafe_b64encode(dek).rstrip(b"=")
    stanza_key = hashlib.scrypt(text, salt=b"age-encryption.org/v1/scrypt" + salt, n=2, r=8, p=1, dklen=32)
    stanza = ChaCha20Poly1305(stanza_key).encrypt(bytes(12), file_key, b"")
    header = b"age-encryption.org/v1\n-> scrypt " + b64(salt) + b" 1\n" + b64(stanza) + b"\n---"
    mac = hmac.new(hkdf(file_key, b"header"), header, hashlib.sha256).digest()
    payload_key = hkdf(file_key, b"payload", salt=nonce)
    chunks = [plain[at:at + 65536] for at in range(0, len(plain), 65536)] or [b""]
    out = header + b" " + b64(mac) + b"\n" + nonce
    for count, chunk in enumerate(chunks):
        last = count == len(chunks) - 1
        out += ChaCha20Poly1305(payload_key).encrypt(count.to_bytes(11, "big") + bytes([last]), chunk, b"")
    return out


def content():
    def case(plain):
        encrypted = age(DEK, fixed(230, 16), fixed(240, 16), fixed(250, 16), plain)
        whole = {"encrypted": encrypted} if len(encrypted) < 1024 else {"header": encrypted[:149]}
        return {"plain_len": len(plain), "encrypted_sha256": hashlib.sha256(encrypted).digest(), **whole}

    sizes = (0, 1, 100, 65535, 65536, 65537, 200000)
    return {
        "dek": DEK, "salt": fixed(230, 16), "file_key": fixed(240, 16), "nonce": fixed(250, 16),
        "plain": "byte i of the content is i mod 251", "cases": [case(bytes(i % 251 for i in range(n))) for n in sizes],
    }


def gf_times(a, b):
    """In GF(256) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11b if a & 0x80 else 0)
        b >>= 1
    return product


def bech32m(prefix, data):
    """BIP 350, in upper case."""
    def polymod(values):
        check = 1
        for value in values:
            top, check = check >> 25, (check & 0x1ffffff) << 5 ^ value
            for i, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
                check ^= generator if top >> i & 1 else 0
        return check

    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    rest = polymod(expanded + values + [0] * 6) ^ 0x2bc830a3
    values += [rest >> 5 * (5 - i) & 31 for i in range(6)]
    return (prefix + "1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[value] for value in values)).upper()


def recovery():
    key, set_id, slope = fixed(40), fixed(6, 16), fixed(97)
    commitment = digest("valise v1 recovery key commitment", key)
    values = [bytes(k ^ gf_times(s, x) for k, s in zip(key, slope)) for x in (1, 2, 3)]
    checks = [digest("valise v1 recovery share", set_id, commitment, bytes([x]), value)[:8]
              for x, value in zip((1, 2, 3), values)]
    shares = [bytes([1, x]) + set_id[:4] + value + check for x, value, check in zip((1, 2, 3), values, checks)]
    codes = [bech32m("val", share) for share in shares]
    spaced = [" ".join(code[at:at + 4] for at in range(0, len(code), 4)) for code in codes]
    groups = spaced[1].split(" ")[4], spaced[1].split(" ")[16]
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    signing = Ed25519PrivateKey.from_private_bytes(hkdf(key, b"valise v1 subkey recovery signing"))
    wrapped = seal(hkdf(key, b"valise v1 subkey recovery slot"), "valise v1 subkey slot wrap", NONCE,
                   place("wrap slot", WORKSPACE, 2, 3), DEVICE_KEY)
    return {
        "workspace": WORKSPACE, "recovery_key": key, "set": set_id, "coefficients": slope, "commitment": commitment,
        "signing_public": signing.public_key().public_bytes(*raw),
        "sealing_secret": hkdf(key, b"valise v1 subkey recovery sealing"),
        "shares": shares, "codes": spaced, "keyring_text": base64.b64encode(shares[0]).decode().rstrip("="),
        "groups": list(groups),
        "groups_digest": digest("valise v1 kit groups", set_id, bytes([2]), *(group.encode() for group in groups)),
        "device_key": DEVICE_KEY, "nonce": NONCE, "slots": cbor([1, [[2, 3, cbor([set_id, commitment, wrapped])]]]),
    }


CHARACTERS = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"


def pairing():
    secret, name = fixed(7, 16), "B\u00fcrorechner"
    bits = int.from_bytes(secret + digest("valise v1 pairing code", secret)[:2], "big") >> 4
    code = "".join(CHARACTERS[bits >> 5 * (27 - at) & 31] for at in range(28))
    id_ = hkdf(secret, b"valise v1 subkey pairing id")

    def message(kind, plain):
        return seal(secret, f"valise v1 subkey pairing {kind}", NONCE, place(f"wrap pairing {kind}", id_), padded(plain))

    at = place("wrap device name", WORKSPACE, ACCOUNT, 3, DEVICE)
    return {
        "secret": secret, "code": " ".join(code[at : at + 4] for at in range(0, 28, 4)), "id": id_, "nonce": NONCE,
        "plain": b"hello", "offer": message("offer", b"hello"), "answer": message("answer", b"hello"),
        "workspace": WORKSPACE, "account": ACCOUNT, "version": 3, "device": DEVICE, "account_secret": fixed(31),
        "name": name, "name_sealed": seal(fixed(31), "valise v1 subkey account device names", NONCE, at, padded(name.encode())),
    }


def main(folder):
    def text(value):
        if isinstance(value, bytes):
            return value.hex()
        if isinstance(value, list):
            return [text(one) for one in value]
        return {name: text(one) for name, one in value.items()} if isinstance(value, dict) else value

    made = {"wraps": wraps, "body": body, "slot": slot, "ring": ring, "device": device, "content": content,
            "recovery": recovery, "pairing": pairing, "token": token, "login": login, "signal": signal}
    for name, make in made.items():
        path = pathlib.Path(folder) / f"crypto-{name}.json"
        fresh = json.dumps(text(make()), indent=2, ensure_ascii=False) + "\n"
        if not path.exists():
            path.write_text(fresh)
        print(path.name, "agrees" if path.read_text() == fresh else "DIFFERS")


main(sys.argv[1])
