#!/usr/bin/python3
"""Lists the objects of Strongroom pack files and writes them as DICOM files; shares no code with Strongroom.

Needs Debian's python3-cryptography. docs/pack-format.md explains each step.
    read_pack.py KEYS PACK... [--out DIR]
KEYS is the keys folder (master.key and store); with --out each object becomes DIR/OBJECTID.dcm.
"""
import argparse
import datetime
import hashlib
import os
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BLOCK, RECORD_HEADER, SEGMENT, STREAM_HEADER = 4096, 80, 65536, 40


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def checked(data):
    """Whether the last four bytes are the check sum of those before them."""
    return crc32c(data[:-4]) == struct.unpack(">I", data[-4:])[0]


def hkdf(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def study_keys(folder):
    """Key id -> data key, unwrapped with the master key."""
    with open(os.path.join(folder, "master.key"), "rb") as file:
        master = file.read()
    with open(os.path.join(folder, "store"), "rb") as file:
        store = file.read()
    if store[:8] != b"SRKEYS01" or not checked(store[:64]):
        sys.exit("not a key store, or its header is damaged")
    wrap = AESGCM(hkdf(master, None, b"strongroom archive.study-key-wrap"))
    keys = {}
    for at in range(64, len(store) - 79, 80):
        record = store[at:at + 80]
        if checked(record):
            keys[record[:16]] = wrap.decrypt(record[16:28], record[28:76], record[:16])
    return keys


def records(file, single, size):
    """Offset and header of each record."""
    at = BLOCK - RECORD_HEADER if single else BLOCK
    while at < size:
        file.seek(at)
        header = file.read(RECORD_HEADER)
        if len(header) == RECORD_HEADER and header[:6] == b"SROB\1\1" and checked(header):
            yield at, header
            at += RECORD_HEADER + struct.unpack(">Q", header[48:56])[0] + struct.unpack(">H", header[6:8])[0] + 12
        else:
            at = at // BLOCK * BLOCK + BLOCK  # padding, or damage: a batch begins at a block
        if single:
            return


def open_object(file, at, header, keys, out):
    """Writes the DICOM file to out; returns the digest of its data set, the digest promised, and the source."""
    object_id, key_id = header[16:32], header[32:48]
    body, plain, prefix = struct.unpack(">QQI", header[48:68])
    if key_id not in keys:
        raise KeyError("no key " + key_id.hex())
    file.seek(at + RECORD_HEADER)
    stream = file.read(STREAM_HEADER)
    cipher = AESGCM(hkdf(keys[key_id], stream[1:33], object_id))
    left, number, skip, digest = body - STREAM_HEADER, 0, prefix, hashlib.sha256()
    while left > 0:
        n = min(left, SEGMENT - (STREAM_HEADER if number == 0 else 0))
        left -= n
        nonce = stream[33:40] + struct.pack(">IB", number, 1 if left == 0 else 0)
        segment = cipher.decrypt(nonce, file.read(n), None)
        out.write(segment)
        digest.update(segment[skip:])
        skip = max(0, skip - len(segment))
        plain -= len(segment)
        number += 1
    if plain != 0:
        raise ValueError("length of plaintext is not that of the header")
    sealed = file.read(struct.unpack(">H", header[6:8])[0])
    note = cipher.decrypt(stream[33:40] + b"\xff\xff\xff\xff\2", sealed, header[16:76])
    return digest.digest(), note[:32], note[32:].decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("keys")
    parser.add_argument("packs", nargs="+")
    parser.add_argument("--out", help="folder for the DICOM files")
    args = parser.parse_args()
    keys, failed = study_keys(args.keys), 0
    for pack in args.packs:
        with open(pack, "rb") as file:
            head = file.read(64)
            if head[:8] != b"SRPACK01" or not checked(head):
                sys.exit(pack + ": not a pack, or its header is damaged")
            size = os.path.getsize(pack)
            for at, header in list(records(file, pack.endswith(".single"), size)):
                name = header[16:32].hex()
                path = os.path.join(args.out, name + ".dcm") if args.out else os.devnull
                received = datetime.datetime.fromtimestamp(
                    struct.unpack(">q", header[68:76])[0] / 1000, datetime.timezone.utc)
                try:
                    with open(path, "wb") as out:
                        found, promised, source = open_object(file, at, header, keys, out)
                    state = "ok" if found == promised else "DIGEST DIFFERS"
                except (InvalidTag, KeyError, ValueError) as error:
                    state, source = "FAILED %s %s" % (type(error).__name__, error), ""
                failed += state != "ok"
                print(os.path.basename(pack), at, name, received.isoformat(timespec="milliseconds"),
                      struct.unpack(">Q", header[56:64])[0], state, source, sep="\t")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
