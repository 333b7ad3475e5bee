# fidelity: run=script,c
{}["a\nb"]
