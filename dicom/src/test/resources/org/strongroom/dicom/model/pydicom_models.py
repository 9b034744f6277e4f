"""Reads DICOM JSON that was written by the toolkit under test with pydicom, beside the files it was written from.

Arguments: a folder with FILES (lines: file, tab, JSON of it) and where pydicom's own JSON of each file is put.
Prints a line for each difference: file, tab, path, tab, kind, tab, the two values; at the end a line "compared N of M".
"""

import math
import struct
import sys
import time
import warnings

import pydicom
from pydicom.dataset import Dataset

warnings.simplefilter("ignore")
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
ITEM = b"\xfe\xff\x00\xe0"
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
TEXTS = {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}

def values(element):
    """All as a list of plain values: numbers, texts without padding, bytes."""
    value = element.value
    if value is None or value == "" or value == b"":
        return []
    if isinstance(value, (bytes, str)) or not hasattr(value, "__iter__") or element.VR == "PN" and not isinstance(
        value, (list, pydicom.multival.MultiValue)
    ):
        value = [value]
    return [plain(element.VR, v) for v in value]

def plain(vr, value):
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value[:-8] if value.startswith(ITEM) and value.endswith(DELIMITER) else value
    if vr in ("DS", "IS"):
        return float(value) if str(value).strip() else ""
    if vr in ("FL", "FD"):
        return "NaN" if math.isnan(value) else struct.pack("<f" if vr == "FL" else "<d", value)
    if vr in TEXTS:
        return str(value).rstrip(" \0").rstrip("=")
    return value

def compare(where, theirs, ours, found):
    tags = [e.tag for e in theirs if e.tag.element != 0]
    others = [e.tag for e in ours]
    for tag in sorted(set(tags) ^ set(others)):
        found.append((where + str(tag), "element", "theirs" if tag in tags else "ours"))
    for tag in sorted(set(tags) & set(others)):
        a, b = theirs[tag], ours[tag]
        at = where + str(tag)
        if a.VR != b.VR:
            found.append((at, "VR", a.VR + " / " + b.VR))
        elif a.VR == "SQ":
            if len(a.value) != len(b.value):
                found.append((at, "items", "%d / %d" % (len(a.value), len(b.value))))
            for i, (x, y) in enumerate(zip(a.value, b.value)):
                compare("%s[%d]" % (at, i + 1), x, y, found)
        else:
            x, y = values(a), values(b)
            if x != y:
                found.append((at, "value", a.VR + " " + repr(x)[:60] + " / " + repr(y)[:60]))

def main(folder):
    compared = listed = elements = 0
    spent = 0.0
    for line in open(folder + "/FILES", encoding="utf-8"):
        path, ours, theirs = line.rstrip("\n").split("\t")
        listed += 1
        try:
            data_set = pydicom.dcmread(path, force=True)
            data_set.decode()
            elements += sum(1 for _ in data_set)
        except Exception as e:  # what pydicom refuses is not compared
            print("%s\t\tdcmread\t%s" % (path, type(e).__name__))
            continue
        found = []
        try:
            read = Dataset.from_json(open(ours, encoding="utf-8").read())
            compare("", data_set, read, found)
        except Exception as e:
            found.append(("", "from_json", type(e).__name__ + " " + str(e)[:120]))
        try:
            started = time.process_time()
            text = data_set.to_json(suppress_invalid_tags=False)
            spent += time.process_time() - started
            with open(theirs, "w", encoding="utf-8") as out:
                out.write(text)
        except Exception as e:
            found.append(("", "to_json", type(e).__name__ + " " + str(e)[:120]))
        for where, kind, what in found:
            print("%s\t%s\t%s\t%s" % (path, where, kind, what.replace("\n", " ").replace("\t", " ")))
        compared += 1
    print("compared %d of %d, to_json %.1f us an element" % (compared, listed, spent * 1e6 / elements))

main(sys.argv[1])
