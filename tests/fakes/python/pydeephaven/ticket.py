class ScopeTicket:
    def __init__(self, ticket_bytes):
        self.bytes = ticket_bytes

    @classmethod
    def scope_ticket(cls, name):
        return cls(("s/" + name).encode())
