...
NotImplemented
None
"text"
