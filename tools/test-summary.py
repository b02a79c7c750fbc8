#!/usr/bin/env python3
"""Adds up the JUnit files of `meson test` and prints the closing line: N passed, N failed.

usage: test-summary.py BUILD_DIR...
"""
import glob
import sys
import xml.etree.ElementTree as ET

passed = failed = skipped = 0
for build in sys.argv[1:]:
    for path in glob.glob(f"{build}/meson-logs/testlog.junit.xml"):
        for suite in ET.parse(path).getroot().iter("testsuite"):
            bad_before = failed
            for case in suite.iter("testcase"):
                if case.find("failure") is not None or case.find("error") is not None:
                    failed += 1
                    print(f"failed: {build}: {suite.get('name')}: {case.get('name')}")
                elif case.find("skipped") is not None:
                    skipped += 1
                else:
                    passed += 1
            # A program that dies or times out reports no failing case of its own.
            if int(suite.get("errors", 0)) and failed == bad_before:
                failed += 1
                print(f"failed: {build}: {suite.get('name')} ended early")
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed or not passed else 0)
