# fidelity: run=script,c
import no_such_module_anywhere
