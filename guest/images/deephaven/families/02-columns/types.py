# Formulas by type: arithmetic, casts, comparisons, conditions, Java's methods.
from deephaven import empty_table

table = empty_table(50).update([
    "Byte = (byte)(i % 100)", "Short = (short)(i * 3)", "Int = i - 25", "Long = ii * 1_000L",
    "Float = i * 0.5f", "Double = i * 0.25 - 3", "Bool = Int > 0 && Double < 5 || Byte == 2",
    "Char = (char)(65 + i % 26)", "Text = Bool ? `yes` : `no`",
])
more = table.update([
    "A = Int * Long + Short", "B = Float / (Double + 100)", "C = (int)Double", "D = -Int % 7",
    "E = abs(Int) + sqrt(Long) + pow(Double, 2)", "F = max(Int, 3) + min(Double, 2.5)",
    "G = round(Double * 100) / 100.0", "H = Math.floor(Double) + ceil(Float)", "I = !Bool",
    "J = exp(Double / 100) + log(Long + 1) + sin(Float)", "K = Int == 3 ? 1 : Int > 3 ? 2 : 0",
    "L = Text.length() + Char", "M = signum(Int)", "N = Byte & 3 | Short ^ 1",
])
print(more.to_string(num_rows=5))
