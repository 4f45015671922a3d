#!/usr/bin/python3
"""A stand-in for a desktop, on a real session bus: whoever shows notifications, and the panel that shows icons.

  panel.py serve         both; a line for each thing that is asked of it: `notify ID REPLACES TEXT`, `close ID`, `item NAME`
  panel.py item          what the program's icon says of itself, as JSON
  panel.py menu LABEL    chooses from its menu
  panel.py click ID      a person clicks a notification
  panel.py shut XID      asks a window to close, as a window manager does
  panel.py look-away     the focus is no window's
"""

import ctypes
import json
import sys

from gi.repository import Gio, GLib

WATCHER = "org.kde.StatusNotifierWatcher"
NOTIFICATIONS = "org.freedesktop.Notifications"
XML = """
<node>
  <interface name="org.kde.StatusNotifierWatcher">
    <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
    <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
    <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
    <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
    <property name="ProtocolVersion" type="i" access="read"/>
  </interface>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <method name="Click"><arg type="u" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  </interface>
</node>
"""

bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)


def call(name, path, interface, method, arguments=None):
    return bus.call_sync(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 10_000, None)


def say(*words):
    print(*words, flush=True)


class Desktop:
    def __init__(self):
        self.items = []
        self.last = 0

    def serve(self):
        for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces:
            path = "/StatusNotifierWatcher" if interface.name == WATCHER else "/org/freedesktop/Notifications"
            bus.register_object(path, interface, self.asked, self.read, None)
            call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", (interface.name, 0)))
        say("ready")
        GLib.MainLoop().run()

    def read(self, _bus, _sender, _path, _interface, name):
        return {
            "RegisteredStatusNotifierItems": GLib.Variant("as", self.items),
            "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
            "ProtocolVersion": GLib.Variant("i", 0),
        }[name]

    def asked(self, _bus, _sender, path, interface, method, arguments, invocation):
        answer = None
        if method == "RegisterStatusNotifierItem":
            self.items.append(arguments[0])
            say("item", arguments[0])
        elif method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["body", "body-markup", "actions"],))
        elif method == "Notify":
            _app, replaces, _icon, summary, body, _actions, _hints, _time = arguments.unpack()
            self.last = replaces or self.last + 1
            say("notify", self.last, replaces, f"{summary}: {body}")
            answer = GLib.Variant("(u)", (self.last,))
        elif method == "CloseNotification":
            say("close", arguments[0])
        elif method == "Click":
            signal = GLib.Variant("(us)", (arguments[0], "default"))
            bus.emit_signal(None, path, interface, "ActionInvoked", signal)
        invocation.return_value(answer)


def item():
    watcher = ("/StatusNotifierWatcher", "org.freedesktop.DBus.Properties", "Get")
    return call(WATCHER, *watcher, GLib.Variant("(ss)", (WATCHER, "RegisteredStatusNotifierItems"))).unpack()[0][-1]


def menu():
    """Labels that can be chosen, and their numbers."""
    asked = GLib.Variant("(iias)", (0, -1, []))
    layout = call(item(), "/MenuBar", "com.canonical.dbusmenu", "GetLayout", asked).unpack()[1]
    entries = [(properties, number) for number, properties, _ in layout[2]]
    return {it["label"]: number for it, number in entries if it.get("enabled", True) and it.get("label")}


class ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 24),
    ]


def screen():
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    return x11, ctypes.c_void_p(x11.XOpenDisplay(None))


def look_away():
    x11, display = screen()
    x11.XSetInputFocus(display, ctypes.c_ulong(0), 0, ctypes.c_ulong(0))
    x11.XSync(display, 0)


def shut(window):
    x11, display = screen()
    atom = lambda name: x11.XInternAtom(display, name, 0)
    data = (ctypes.c_long * 5)(atom(b"WM_DELETE_WINDOW"), 0, 0, 0, 0)
    message = ClientMessage(type=33, send_event=1, window=window, message_type=atom(b"WM_PROTOCOLS"), format=32, data=data)
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    x11.XSync(display, 0)


def main(what, *rest):
    if what == "serve":
        Desktop().serve()
    elif what == "item":
        asked = GLib.Variant("(s)", ("org.kde.StatusNotifierItem",))
        found = call(item(), "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "GetAll", asked).unpack()[0]
        print(json.dumps({"status": found["Status"], "tip": found["ToolTip"][3], "menu": list(menu())}))
    elif what == "menu":
        event = GLib.Variant("(isvu)", (menu()[rest[0]], "clicked", GLib.Variant("i", 0), 0))
        call(item(), "/MenuBar", "com.canonical.dbusmenu", "Event", event)
    elif what == "shut":
        shut(int(rest[0]))
    elif what == "look-away":
        look_away()
    elif what == "click":
        call(NOTIFICATIONS, "/org/freedesktop/Notifications", NOTIFICATIONS, "Click", GLib.Variant("(u)", (int(rest[0]),)))


main(*sys.argv[1:])
