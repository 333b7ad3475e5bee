from deephaven import empty_table

rates = {"EUR": 1.0, "USD": 1.1, "JPY": 160.0}

def currency(n):
    return sorted(rates)[n % 3]

def convert(amount, code):
    return amount * rates[code]

def is_round(value):
    return value % 10 == 0

class Fees:
    def __init__(self, share):
        self.share = share
    def of(self, amount):
        return amount * self.share

fees = Fees(0.02)
bills = empty_table(90).update(["Code = (String)currency(i)", "Euros = (double)(i * 5)"])
paid = bills.update(["Local = (double)convert(Euros, Code)", "Fee = (double)fees.of(Local)"])
rounded = paid.where("(boolean)is_round(Euros)")
print(paid.view(["Code", "Fee"]).sum_by("Code").sort("Code").to_string(), rounded.size)
assert rounded.size == 45
