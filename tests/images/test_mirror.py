"""Where an image's packages come from: guest/images/debian.sh, with made-up apt sources."""

import hashlib
import os
import pathlib
import subprocess

import pytest

SCRIPTS = pathlib.Path(__file__).parents[2] / "guest/images"
KEYS = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"


class Host:
    """A host's apt, with sources and archives of its own."""

    def __init__(self, folder):
        self.folder = folder
        for part in ("sources.list.d", "preferences.d", "trusted.gpg.d", "state/lists/partial",
                     "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        (folder / "apt.conf").write_text(
            f'Dir::Etc "{folder}"; Dir::State "{folder}/state"; Dir::Cache "{folder}/cache";\n'
            f'Dir::Etc::main "nothing"; Dir::Etc::parts "nothing"; Dir::State::status "/dev/null";\n'
            'APT::Sandbox::User ""; APT::Architecture "amd64"; APT::Architectures "amd64";\n'
        )
        self.environment = {"PATH": os.environ["PATH"], "APT_CONFIG": str(folder / "apt.conf"),
                            "LC_ALL": "C"}

    def archive(self, place, codename, origin="Debian", label="Debian", component="main"):
        """The URI of an archive on this host's disk."""
        dist = self.folder / place / "dists" / codename
        packages = dist / component / "binary-amd64/Packages"
        packages.parent.mkdir(parents=True)
        text = b"Package: a\nVersion: 1\nArchitecture: all\nFilename: a.deb\nSize: 1\n"
        packages.write_bytes(text)
        (dist / "Release").write_text(
            f"Origin: {origin}\nLabel: {label}\nCodename: {codename}\nArchitectures: amd64\n"
            f"Components: {component}\nSHA256:\n {hashlib.sha256(text).hexdigest()} {len(text)} "
            f"{component}/binary-amd64/Packages\n"
        )
        return f"file:{self.folder}/{place}"

    def sources(self, text, name="sources.list"):
        (self.folder / name).write_text(text)

    def update(self):
        subprocess.run(["apt-get", "update", "-qq"], env=self.environment, check=True,
                       capture_output=True)

    def ask(self, suite="bookworm", **environment):
        """@return what the sources of an image of `suite` are, or the error"""
        script = (f". {SCRIPTS}/lib.sh; . {SCRIPTS}/debian.sh; debian_sources {suite}; "
                  "printf '%s\\n' \"${sources[@]}\"")
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True,
                             text=True, env={**self.environment, **environment})
        return run.stdout.splitlines() if run.returncode == 0 else run.stderr


def expected(archive, security, suite="bookworm"):
    return [f"deb {KEYS} {archive}/ {suite} main", f"deb {KEYS} {archive}/ {suite}-updates main",
            f"deb {KEYS} {security}/ {suite}-security main"]


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_one_line_sources_of_another_release(host):
    archive = host.archive("one/debian", "trixie")
    security = host.archive("two/security", "trixie-security", label="Debian-Security")
    host.sources(f"deb [trusted=yes] {archive} trixie main\n"
                 f"deb [trusted=yes] {security} trixie-security main\n")
    host.update()
    assert host.ask() == expected(archive, security)
    assert host.ask("trixie") == expected(archive, security, "trixie")
    assert host.ask("sid") == [f"deb {KEYS} {archive}/ sid main"]


def test_deb822_sources_of_another_release(host):
    archive = host.archive("debian", "trixie")
    security = host.archive("debian-security", "trixie-security", label="Debian-Security")
    host.sources(f"Types: deb\nURIs: {archive}\nSuites: trixie\nComponents: main\nTrusted: yes\n\n"
                 f"Types: deb\nURIs: {security}\nSuites: trixie-security\nComponents: main\n"
                 "Trusted: yes\n", "sources.list.d/debian.sources")
    host.update()
    assert host.ask() == expected(archive, security)


def test_the_entry_for_the_suite_itself_is_preferred(host):
    host.sources("".join(
        f"deb [trusted=yes] {host.archive(place, codename, origin, component=component)} {codename} {component}\n"
        for place, codename, origin, component in [
            ("vendor", "bookworm", "Vendor", "main"), ("extra/debian", "bookworm", "Debian", "contrib"),
            ("new/debian", "trixie", "Debian", "main"), ("old/debian", "bookworm", "Debian", "main"),
        ]))
    host.update()
    old, new = (f"file:{host.folder}/{place}/debian" for place in ("old", "new"))
    assert host.ask()[0] == f"deb {KEYS} {old}/ bookworm main"
    assert host.ask("trixie")[0] == f"deb {KEYS} {new}/ trixie main"


def test_without_security_updates_they_are_beside_the_archive(host):
    archive = host.archive("debian", "trixie")
    host.sources(f"deb [trusted=yes] {archive} trixie main\n")
    host.update()
    assert host.ask()[2] == f"deb {KEYS} {archive}-security bookworm-security main"


def test_a_mirror_of_another_name_needs_both(host):
    host.sources(f"deb [trusted=yes] {host.archive('mirror', 'trixie')} trixie main\n")
    host.update()
    assert "DHG_DEBIAN_MIRROR='https://mirror.example/debian https://" in host.ask()


def test_a_host_that_is_no_debian(host):
    host.sources(f"deb [trusted=yes] {host.archive('ubuntu', 'noble', 'Ubuntu', 'Ubuntu')} noble main\n")
    host.update()
    assert "this host's apt sources have no mirror of Debian: set DHG_DEBIAN_MIRROR to one" in host.ask()


def test_a_host_without_sources(host):
    assert "set DHG_DEBIAN_MIRROR to one" in host.ask()


def test_sources_that_apt_has_not_read(host):
    host.sources(f"deb [trusted=yes] {host.archive('debian', 'trixie')} trixie main\n")
    assert "run 'apt-get update'" in host.ask()


def test_the_setting_wins(host):
    host.sources(f"deb [trusted=yes] {host.archive('debian', 'bookworm')} bookworm main\n")
    host.update()
    one = host.ask(DHG_DEBIAN_MIRROR="https://m.example/debian")
    assert one == [line.replace("/ ", " ") for line in
                   expected("https://m.example/debian", "https://m.example/debian-security")]
    both = host.ask(DHG_DEBIAN_MIRROR="https://m.example/d/  mirror+file:/etc/security.list")
    assert both[0].split()[2] == "https://m.example/d/"
    assert both[2].split()[2:] == ["mirror+file:/etc/security.list", "bookworm-security", "main"]


@pytest.mark.parametrize("setting, complaint", [
    ("mirror.example/debian", "'mirror.example/debian' is no URI such as"),
    ("https://m.example/debian nowhere", "'nowhere' is no URI such as"),
    ("https://m.example/a https://m.example/b c", "more than two words"),
    ("https://m.example/mirror", "no telling where the security updates"),
    ("   ", "is empty"),
])
def test_a_setting_that_is_wrong(host, setting, complaint):
    error = host.ask(DHG_DEBIAN_MIRROR=setting)
    assert complaint in error and "DHG_DEBIAN_MIRROR" in error
