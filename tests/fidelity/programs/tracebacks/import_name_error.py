# fidelity: run=script,c
from collections import OrderdDict
