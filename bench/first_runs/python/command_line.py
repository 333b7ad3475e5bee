import argparse
import configparser
import logging
import sys
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

parser = argparse.ArgumentParser(prog="fetch", description="Fetches a page.")
parser.add_argument("url")
parser.add_argument("-n", "--tries", type=int, default=3)
parser.add_argument("--level", choices=["debug", "info"], default="info")
options = parser.parse_args(["https://example.org:8080/a/b?x=1&x=2#top", "-n", "5", "--level", "debug"])
log = logging.getLogger("fetch")
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
log.handlers = [handler]
log.setLevel(options.level.upper())
parts = urlsplit(options.url)
log.debug("%s, port %d, %s", parts.hostname, parts.port, parse_qs(parts.query))
config = configparser.ConfigParser()
config.read_string("[proxy]\nhost = cache.local\nport = 3128\nuse = yes\n")
log.info(urljoin(options.url, "../c?" + urlencode({"q": "ä b", "n": options.tries})))
assert config.getint("proxy", "port") == 3128 and config["proxy"].getboolean("use")
print(quote("/über uns"), parser.format_usage().strip())
