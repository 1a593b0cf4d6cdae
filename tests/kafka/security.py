#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TLS and SASL against a real broker, with certificates made here: security.py --build DIR [NAME ...]"""
import json
import pathlib
import subprocess
import tempfile

from kit import contains, equal, main

PROPERTIES = """
ssl.keystore.type=PEM
ssl.keystore.location={directory}/broker.pem
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_alice="wonderland";
"""
CLIENT = """
    brokers  127.0.0.1:{port};
    property security.protocol {protocol};
    property ssl.ca.location {authority};
    {more}
"""
PIPELINE = """
    source kafka in {{ {client} topic {topic}; group g; stop end; format json {{ n int; }} }}
    map m {{ from in; set n = n + 1; }}
    sink kafka out {{ from m; {client} topic {out}; }}
"""
SASL = "property sasl.mechanism {0}; property sasl.username {1}; property sasl.password ${{file:{2}}};"


def openssl(directory, *words):
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)


def make_certificates(directory):
    """An authority, a broker of it, and an authority that nobody knows."""
    for name in ("authority", "stranger"):
        openssl(
            directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip
    openssl(
        directory, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker", "-keyout", "broker.key", "-out", "broker.csr"
    )
    (directory / "names").write_text("subjectAltName=IP:127.0.0.1")
    openssl(
        directory, "x509", "-req", "-days", "2", "-in", "broker.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
        "-CAcreateserial", "-extfile", "names", "-out", "broker.crt",
    )  # fmt: skip
    (directory / "broker.pem").write_text((directory / "broker.key").read_text() + (directory / "broker.crt").read_text())


def write_conf(kit, protocol, more="", authority="authority"):
    topic, out = kit.topic(), kit.topic()
    kit.produce(topic, [json.dumps({"n": n}) for n in range(100)])
    ports = dict(zip(kit.server.secured, kit.server.secured_ports))
    client = CLIENT.format(
        port=ports[protocol.upper()], protocol=protocol, authority=CERTIFICATES / f"{authority}.pem", more=more
    )
    kit.conf(PIPELINE.format(client=client, topic=topic, out=out))
    return out


def passes(kit, *conf):
    out = write_conf(kit, *conf)
    kit.run()
    equal(sorted(json.loads(line)["n"] for line in kit.consume(out)), list(range(1, 101)))


def secret(kit, text):
    path = kit.path / "password"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def test_tls(kit):
    passes(kit, "ssl")


def test_a_broker_of_a_strange_authority_is_refused(kit):
    write_conf(kit, "ssl", "", "stranger")
    _, err = kit.run(code=1)
    contains(err, "certificate verify failed")


def test_plain(kit):
    passes(kit, "sasl_ssl", SASL.format("PLAIN", "alice", secret(kit, "wonderland")))


def test_a_wrong_password_is_refused_and_not_shown(kit):
    write_conf(kit, "sasl_ssl", SASL.format("PLAIN", "alice", secret(kit, "looking-glass")))
    out, err = kit.run(code=1)
    contains(err, "Authentication failed")
    equal("looking-glass" in out + err, False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="weir-kafka-tls-") as name:
        CERTIFICATES = pathlib.Path(name)
        make_certificates(CERTIFICATES)
        main(globals(), __doc__, secured=("SSL", "SASL_SSL"), extra=PROPERTIES.format(directory=name))
