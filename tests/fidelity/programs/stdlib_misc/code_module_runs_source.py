import code

console = code.InteractiveInterpreter()
console.runsource("x = 6 * 7")
console.runsource("x")
console.runsource("1 / 0")
console.runsource("y =")
