#!/usr/bin/env python3
"""Make a container in the emulator of Azure's blob storage: azure-container.py URL NAME

Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

import base64
import hashlib
import hmac
import sys
import urllib.request
from email.utils import formatdate

# The emulator's own, the same everywhere:
# https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

url, name = sys.argv[1:]
headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
signed = ["PUT", *[""] * 11, *(f"{key}:{value}" for key, value in headers.items())]
signed += [f"/{ACCOUNT}/{ACCOUNT}/{name}", "restype:container"]
digest = hmac.new(base64.b64decode(KEY), "\n".join(signed).encode(), hashlib.sha256).digest()
headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
path = f"{url}/{ACCOUNT}/{name}?restype=container"
urllib.request.urlopen(urllib.request.Request(path, method="PUT", headers=headers))
