# fidelity: run=script,c
import sys
from __future__ import annotations
