#!/usr/bin/env python3
"""Long tables as people ask a model for: what a stop rule should leave alone.

	tables.py [SEED]

JSON lines for bench_rules, three lengths of each: records, tests, resources,
lists, whose rows have the same words around numbers and names of their own.
They are made, not recorded: how often a model is asked for one is not known.
"""
import json
import random
import sys

ROWS = 60, 150, 300

NAMES = ("Ada Ben Carla David Elena Farid Grace Hugo Ines Jonas Kira Liam "
         "Maya Noah Olga Pedro Quinn Rosa Samir Tara Uma Victor Wendy Yara "
         "Zoe Alice Bob Charlie Diana Ethan Fiona George Hannah Ivan").split()
LAST = ("Smith Johnson Brown Garcia Miller Davis Lopez Wilson Anderson Moore "
        "Thomas Taylor Jackson Martin Lee Perez White Harris Clark Lewis "
        "Young King Wright Scott Hill Green Adams Baker Nelson").split()
ITEMS = ("Keyboard Mouse Monitor Laptop Desk Chair Lamp Cable Webcam Headset "
         "Printer Router Tablet Phone Charger Speaker Notebook").split()
WORDS = ("apple river stone window garden music light paper ocean mountain "
         "bread winter silver candle bridge forest letter mirror").split()
CITIES = "Paris London Berlin Madrid Rome Vienna Prague Oslo Lisbon".split()


class Row:
    """What row i has of its own."""

    def __init__(self, rng, i):
        self.i, self.rng = i, rng
        self.a, self.b = rng.choice(NAMES), rng.choice(LAST)
        self.mail = f"{self.a}.{self.b}@example.com".lower()
        self.item, self.word = rng.choice(ITEMS), rng.choice(WORDS)
        self.city = rng.choice(CITIES)
        self.price = f"{rng.randrange(3, 900)}.{rng.randrange(100):02}"
        self.date = (f"20{rng.randrange(15, 26)}-{rng.randrange(1, 13):02}-"
                     f"{rng.randrange(1, 29):02}")

    def n(self, low, high):
        return self.rng.randrange(low, high)

    def of(self, *some):
        return self.rng.choice(some)


def amortised(r):
    return (f"| {r.i} | $1,199.10 | ${300 + r.i}.{r.n(10, 99)} | "
            f"${899 - r.i}.{r.n(10, 99)} | ${250 - r.i // 2},"
            f"{r.n(100, 999)}.{r.n(10, 99)} |\n")


def ascii_codes(r):
    return (f"| {r.i} | 0x{r.i:02X} | {r.i:08b} | {chr(33 + r.i % 90)} |\n")


def assertions(r):
    return (f"def test_add_{r.i}():\n    assert add({r.i}, {3 * r.i + 1}) == "
            f"{4 * r.i + 1}\n\n")


def cases(r):
    return (f"        case {r.i}:\n            return \"{r.word}{r.i}\";\n")


def checklist(r):
    return f"- [ ] Review chapter {r.i}\n"


def css(r):
    return f".mt-{r.i} {{\n  margin-top: {4 * r.i}px;\n}}\n\n"


def csv(r):
    return f"{r.i},{r.a},{r.b},{r.mail},{r.city},{r.n(20000, 90000)}\n"


def curl(r):
    return ("curl -X POST https://api.example.com/v1/items -H 'Content-Type: "
            f"application/json' -d '{{\"id\": {r.i}, \"name\": \"{r.item}\", "
            f"\"qty\": {r.n(1, 50)}}}'\n")


def days(r):
    return (f"Day {r.i}: {r.of('running', 'cycling', 'yoga', 'rest')} in the "
            f"morning, {r.of('reading', 'cooking', 'walking')} in the "
            f"afternoon, and {r.of(10, 15, 20, 30)} minutes of stretching.\n")


def deployments(r):
    return (f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n"
            f"  name: web-{r.i}\n  labels:\n    app: web-{r.i}\nspec:\n"
            f"  replicas: {r.n(1, 5)}\n  selector:\n    matchLabels:\n"
            f"      app: web-{r.i}\n  template:\n    spec:\n"
            f"      containers:\n      - name: web\n"
            f"        image: nginx:1.25\n        ports:\n"
            f"        - containerPort: {8000 + r.i}\n        resources:\n"
            f"          limits:\n            cpu: 500m\n"
            f"            memory: 256Mi\n")


def divisible(r):
    return (f"{6 * r.i} is not a prime number because it is divisible by "
            f"{r.of(2, 3, 6)}.\n")


def endpoints(r):
    return (f"@app.route('/api/v1/item/{r.i}', methods=['GET'])\n"
            f"def get_item_{r.i}():\n"
            f"    item = session.query(Item).filter(Item.id == {r.i})."
            f"first()\n    if item is None:\n"
            f"        return jsonify({{'error': 'not found'}}), 404\n"
            f"    return jsonify(item.to_dict()), 200\n\n\n")


def enum(r):
    return f"    ERROR_CODE_{r.i} = {1000 + r.i},\n"


def enum_bare(r):
    return f"    GPIO_PIN_{r.i},\n"


def flashcards(r):
    return (f"{r.i}. **{r.word}**: a {r.of(*WORDS)} or a {r.of(*WORDS)}.\n")


def hosts(r):
    return f"192.168.1.{r.i} host{r.i}.example.local host{r.i}\n"


def html_rows(r):
    return (f"    <tr>\n      <td>{r.i}</td>\n      <td>{r.item}</td>\n"
            f"      <td>${r.price}</td>\n      <td>{r.n(0, 100)}</td>\n"
            f"    </tr>\n")


def html_links(r):
    return f"        <li><a href=\"/page/{r.i}\">Page {r.i}</a></li>\n"


def html_items(r):
    return f"        <li class=\"item\">Item {r.i}</li>\n"


def icons(r):
    return (f"export const ICON_{r.i} = require('./icons/icon_{r.i}.png');\n")


def inserts(r):
    return ("INSERT INTO users (id, first_name, last_name, email, age, "
            f"created_at) VALUES ({r.i}, '{r.a}', '{r.b}', '{r.mail}', "
            f"{r.n(18, 80)}, '{r.date}');\n")


def inserts_made(r):
    return (f"INSERT INTO users (id, name, email) VALUES ({r.i}, "
            f"'User {r.i}', 'user{r.i}@example.com');\n")


def inserts_orders(r):
    return ("INSERT INTO orders (order_id, customer_id, quantity, price, "
            f"order_date) VALUES ({1000 + r.i}, {r.n(1, 300)}, {r.n(1, 9)}, "
            f"{r.price}, '{r.date}');\n")


def json_people(r):
    return (f'  {{\n    "id": {r.i},\n    "name": "{r.a} {r.b}",\n'
            f'    "email": "{r.mail}",\n    "age": {r.n(18, 80)},\n'
            f'    "city": "{r.city}",\n'
            f'    "active": {r.of("true", "false")}\n  }},\n')


def json_items(r):
    return (f'  {{"id": {r.i}, "name": "Item {r.i}", "price": {r.price}, '
            f'"inStock": {r.of("true", "false")}}},\n')


def json_readings(r):
    return (f'  {{"timestamp": "2024-03-{1 + r.i // 96:02}T'
            f'{r.i // 4 % 24:02}:{r.i % 4 * 15:02}:00Z", "sensor_id": '
            f'"sensor-{r.n(1, 6)}", "temperature": {r.n(150, 300) / 10}, '
            f'"humidity": {r.n(300, 700) / 10}, "status": "ok"}},\n')


def log(r):
    return (f"2024-05-14 08:{r.i // 60:02}:{r.i % 60:02} INFO "
            f"[worker-{r.n(1, 5)}] Processed request "
            f"id={48213 + 7 * r.i} in {r.n(3, 400)} ms\n")


def markdown(r):
    return f"| {r.i} | {r.a} {r.b} | {r.item} | ${r.price} | {r.date} |\n"


def miles(r):
    return f"{r.i} kilometers is equal to {r.i * .621371:.2f} miles.\n"


def partitions(r):
    return (f"CREATE TABLE m_{r.i:03} PARTITION OF m FOR VALUES FROM "
            f"({r.i * 100}) TO ({r.i * 100 + 100});\nCREATE INDEX ON "
            f"m_{r.i:03} (logdate);\n")


def products(r):
    a, b = 1 + r.i // 20, 1 + r.i % 20
    return f"{a} x {b} = {a * b}\n"


def rectangles(r):
    return (f'  <rect x="{r.i % 20 * 42}" y="{r.i // 20 * 42}" width="40" '
            f'height="40" fill="#{r.n(1 << 20, 1 << 24):06x}"/>\n')


def registers(r):
    return (f'    {{ .id = {r.i}, .name = "reg_{r.i}", .offset = '
            f'0x{4 * r.i:04x}, .width = 32, .access = RW, .reset = '
            f'0x00000000 }},\n')


def squares(r):
    return f"| {r.i} | {r.i ** 2} | {r.i ** 3} | {r.i ** .5:.4f} |\n"


def squares_said(r):
    return (f"The square of {r.i} is {r.i ** 2} and the cube of {r.i} is "
            f"{r.i ** 3}.\n")


def terraform(r):
    return (f'resource "aws_instance" "node_{r.i}" {{\n'
            f'  ami                    = "ami-0c55b159cbfafe1f0"\n'
            f'  instance_type          = "t3.micro"\n'
            f'  subnet_id              = aws_subnet.main.id\n'
            f'  vpc_security_group_ids = [aws_security_group.main.id]\n\n'
            f'  tags = {{\n    Name        = "node-{r.i}"\n'
            f'    Environment = "staging"\n    ManagedBy   = "terraform"\n'
            f'  }}\n}}\n\n')


def tests(r):
    return (f"    def test_case_{r.i}(self):\n"
            f"        data = load_fixture('case_{r.i}.json')\n"
            f"        result = self.client.process(data, timeout=30, "
            f"retries=3)\n"
            f"        self.assertEqual(result.status_code, 200)\n"
            f"        self.assertIsNotNone(result.body)\n"
            f"        self.assertEqual(result.body['count'], "
            f"{r.n(1, 500)})\n\n")


def truth(r):
    return f"| {' | '.join(f'{r.i % 256:08b}')} |\n"


def xml(r):
    return (f"  <employee id=\"{r.i}\">\n    <name>{r.a} {r.b}</name>\n"
            f"    <salary>{r.n(30, 120) * 1000}</salary>\n"
            f"    <city>{r.city}</city>\n  </employee>\n")


def yaml(r):
    return (f"  - name: server-{r.i}\n    ip: 10.0.{r.i // 250}."
            f"{r.i % 250}\n    role: {r.of('web', 'db', 'cache')}\n"
            f"    cores: {r.of(2, 4, 8, 16)}\n")


TABLES = (amortised, ascii_codes, assertions, cases, checklist, css, csv, curl,
          days, deployments, divisible, endpoints, enum, enum_bare, flashcards,
          hosts, html_rows, html_links, html_items, icons, inserts,
          inserts_made, inserts_orders, json_people, json_items,
          json_readings, log, markdown, miles, partitions, products,
          rectangles, registers, squares, squares_said, terraform, tests,
          truth, xml, yaml)


def main():
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    for rows in ROWS:
        for table in TABLES:
            text = "".join(table(Row(rng, i)) for i in range(1, rows + 1))
            print(json.dumps({
                "source": "tables", "model": "script", "kind": "healthy",
                "id": f"{table.__name__}-{rows}", "finished_by_itself": True,
                "text": f"Here it is:\n\n{text}\nThat is all of it.\n"}))


main()
