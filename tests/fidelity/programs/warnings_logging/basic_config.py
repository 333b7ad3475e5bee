# fidelity: run=script,c
import logging

logging.basicConfig(format="%(levelname)s %(name)s %(module)s %(funcName)s %(lineno)d %(message)s")
logging.warning("careful %d", 5)
logging.info("not shown")
logging.getLogger("a.b").error("broken")
