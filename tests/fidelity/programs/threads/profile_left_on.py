import sys

events = []
sys.setprofile(lambda frame, event, arg: events.append(event))
len([])
print("end")
