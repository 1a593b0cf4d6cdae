#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TLS, SASL and rights against a real broker, with certificates made here: security.py --build DIR [NAME ...]"""
import json
import pathlib
import subprocess
import tempfile

from kit import broker, contains, equal, main

PROPERTIES = """
ssl.keystore.type=PEM
ssl.keystore.location={directory}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={directory}/authority.pem
listener.name.mutual.ssl.client.auth=required
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:alice;User:queen;User:CN=weir
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_alice="wonderland" user_bob="builder" user_carol="singer";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
"""
USERS = [f"SCRAM-SHA-{bits}=[name=queen,password=hearts]" for bits in (256, 512)]
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
MUTUAL = "property ssl.certificate.location {0}/{1}.crt; property ssl.key.location {0}/{1}.key; property ssl.key.password ${{file:{2}}};"
SASL = "property sasl.mechanism {0}; property sasl.username {1}; property sasl.password ${{file:{2}}};"


def openssl(directory, *words):
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)


def make_certificate(directory, authority, name, *options):
    """For whom `name` is, with its key."""
    openssl(
        directory, "req", "-newkey", "rsa:2048", *options, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", "request"
    )
    openssl(
        directory, "x509", "-req", "-days", "2", "-in", "request", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
        "-CAcreateserial", "-extfile", "names", "-out", f"{name}.crt",
    )  # fmt: skip


def make_certificates(directory):
    """An authority, a broker and a client of it, and an authority that nobody knows with a client."""
    for name in ("authority", "stranger"):
        openssl(
            directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip
    (directory / "names").write_text("subjectAltName=IP:127.0.0.1")
    make_certificate(directory, "authority", "broker", "-nodes")
    make_certificate(directory, "authority", "weir", "-passout", "pass:eel-trap")
    make_certificate(directory, "stranger", "other", "-passout", "pass:eel-trap")
    (directory / "broker.pem").write_text((directory / "broker.key").read_text() + (directory / "broker.crt").read_text())


def write_conf(kit, protocol, more="", authority="authority", listener=None):
    topic, out = kit.topic(), kit.topic()
    kit.produce(topic, [json.dumps({"n": n}) for n in range(100)])
    ports = dict(zip(kit.server.secured, kit.server.secured_ports))
    client = CLIENT.format(
        port=ports[listener or protocol.upper()], protocol=protocol, authority=CERTIFICATES / f"{authority}.pem", more=more
    )
    kit.conf(PIPELINE.format(client=client, topic=topic, out=out))
    return out


def passes(kit, *conf, **options):
    out = write_conf(kit, *conf, **options)
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
    contains(err, 'sink kafka "out": no broker answers at 127.0.0.1:')
    contains(err, "certificate verify failed")
    contains(err, "; see security.protocol, ssl.ca.location and the broker's certificate")


def certificate(kit, name, password="eel-trap"):
    return MUTUAL.format(CERTIFICATES, name, secret(kit, password))


def test_a_broker_that_asks_for_a_certificate(kit):
    passes(kit, "ssl", certificate(kit, "weir"), listener="MUTUAL")


def test_a_broker_lets_nobody_in_without_a_certificate_that_it_knows(kit):
    for more in ("", certificate(kit, "other")):
        write_conf(kit, "ssl", more, listener="MUTUAL")
        _, err = kit.run(code=1)
        contains(err, 'sink kafka "out": no broker lets us in at 127.0.0.1:')
        contains(err, "; see ssl.certificate.location and ssl.key.location, and whether the broker trusts")


def test_a_wrong_password_of_a_key_is_refused_and_not_shown(kit):
    write_conf(kit, "ssl", certificate(kit, "weir", "salmon-ladder"), listener="MUTUAL")
    _, err = kit.run(code=1)
    contains(err, "; see that file and ssl.key.password")
    equal("salmon-ladder" in err, False)


def test_plain(kit):
    passes(kit, "sasl_ssl", SASL.format("PLAIN", "alice", secret(kit, "wonderland")))


def test_scram(kit):
    for bits in (256, 512):
        passes(kit, "sasl_ssl", SASL.format(f"SCRAM-SHA-{bits}", "queen", secret(kit, "hearts")))


def test_a_wrong_password_of_scram_is_refused(kit):
    write_conf(kit, "sasl_ssl", SASL.format("SCRAM-SHA-256", "queen", secret(kit, "spades")))
    _, err = kit.ask(code=1)
    contains(err, "weir.conf:6:5: error: no broker lets us in at 127.0.0.1:")
    contains(err, "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256")
    contains(err, "; see sasl.mechanism, sasl.username and sasl.password")


def test_a_wrong_password_is_refused_and_not_shown(kit):
    write_conf(kit, "sasl_ssl", SASL.format("PLAIN", "alice", secret(kit, "looking-glass")))
    out, err = kit.run(code=1)
    contains(err, 'sink kafka "out": no broker lets us in at 127.0.0.1:')
    contains(err, "Authentication failed")
    equal("looking-glass" in out + err, False)


def write_once(kit, user, password):
    """A pipeline from topic to topic in transactions, with nothing in between."""
    into, out = kit.topic(), kit.topic()
    kit.produce(into, [json.dumps({"n": n}) for n in range(100)])
    client = CLIENT.format(
        port=dict(zip(kit.server.secured, kit.server.secured_ports))["SASL_SSL"],
        protocol="sasl_ssl",
        authority=CERTIFICATES / "authority.pem",
        more=SASL.format("PLAIN", user, secret(kit, password)),
    )
    kit.conf(
        f"source kafka in {{ {client} topic {into}; group {kit.name}; stop end; format json {{ n int; }} }}\n"
        f"sink kafka out {{ from in; {client} topic {out}; delivery exactly_once; transactional_id {kit.name}; }}",
        "state_path state;",
    )
    return into, out


def test_the_rights_that_the_page_names_suffice(kit):
    into, out = write_once(kit, "carol", "singer")
    for right in (("Read", "topic", into), ("Read", "group", kit.name), ("Read", "group", f"weir.{kit.name}"),
                  ("Write", "topic", out), ("Read", "topic", out)):  # fmt: skip
        kit.tool("allow", "carol", *right)
    broker.run_java(
        kit.server.home, "kafka.admin.AclCommand", "--bootstrap-server", kit.server.address, "--add",
        "--allow-principal", "User:carol", "--operation", "Write", "--transactional-id", kit.name,
    )  # fmt: skip
    shown, _ = kit.ask()
    contains(shown, 'sink kafka "out": no epoch has been decided yet')
    kit.run()
    equal(sorted(json.loads(line)["n"] for line in kit.consume(out)), list(range(100)))
    shown, _ = kit.ask()
    contains(shown, 'sink kafka "out": epoch ')
    contains(shown, "was decided last")


def test_rights_that_are_missing_are_found_by_tt(kit):
    into, out = write_once(kit, "bob", "builder")
    _, err = kit.ask(code=1)
    contains(err, f'may not use topic "{into}"; give the user rights on it')
    contains(err, f'may not use topic "{out}"; give the user rights on it')
    contains(err, f'may not use group "{kit.name}"; give the user Read on it')
    contains(err, f'may not use group "weir.{kit.name}"; give the user Read on it')
    kit.tool("allow", "bob", "Describe", "topic", into)
    _, err = kit.ask(code=1)
    contains(err, f'may not read topic "{into}"; give the user Read on it')


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="weir-kafka-tls-") as name:
        CERTIFICATES = pathlib.Path(name)
        make_certificates(CERTIFICATES)
        main(globals(), __doc__, secured=("SSL", "SASL_SSL", "MUTUAL"), extra=PROPERTIES.format(directory=name), users=USERS)
