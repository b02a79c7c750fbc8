#!/usr/bin/env python3
"""Writes an assembler file that holds every file under data/ and the table that names them.

usage: embed.py DATA_DIR OUT.S DEPFILE
"""
import os
import sys

data, out, depfile = sys.argv[1:]
skip = {"meson.build", "README.md"}
names = sorted(
    os.path.relpath(os.path.join(folder, name), data)
    for folder, _, files in os.walk(data)
    for name in files
    if name not in skip and not name.startswith(".")
)
with open(out, "w", encoding="utf-8") as f:
    f.write("    .section .rodata\n")
    for i, name in enumerate(names):
        path = os.path.join(data, name).replace("\\", "\\\\").replace('"', '\\"')
        f.write(f'    .balign 16\nembed_{i}:\n    .incbin "{path}"\nembed_{i}_end:\n    .byte 0\n')
        f.write(f'embed_{i}_name:\n    .asciz "{name}"\n')
    f.write('    .section .data.rel.ro, "aw"\n    .balign 8\n    .globl embed_table\nembed_table:\n')
    for i in range(len(names)):
        f.write(f"    .quad embed_{i}_name, embed_{i}, embed_{i}_end - embed_{i}\n")
    f.write("    .section .rodata\n    .balign 8\n    .globl embed_count\nembed_count:\n")
    f.write(f'    .quad {len(names)}\n    .section .note.GNU-stack, "", @progbits\n')
with open(depfile, "w", encoding="utf-8") as f:
    files = [os.path.join(data, n) for n in names] + [d for d, _, _ in os.walk(data)]
    f.write(f"{out}: " + " ".join(p.replace(" ", "\\ ") for p in files) + "\n")
