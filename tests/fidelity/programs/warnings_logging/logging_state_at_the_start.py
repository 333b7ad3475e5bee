# fidelity: run=script,c
import logging

root = logging.getLogger()
print(root.level, root.handlers, root.filters, logging.root.manager.disable, logging.raiseExceptions)
print(logging.getLogger("fresh").getEffectiveLevel(), logging.getLevelName(30))
