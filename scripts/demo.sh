#!/bin/sh
# From nothing to a served product: new, run, one answer over HTTP, status.
set -eu
rm -rf demo && mkdir demo && cd demo

echo '$ milepost new tabular-classification'
milepost new tabular-classification
cd tabular-classification

echo '$ milepost run'
milepost run

echo '$ milepost serve'
milepost serve --port 0 > serve.log 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do grep -q http serve.log && break; sleep 0.1; done
url=$(grep -o 'http://[^ ]*' serve.log | head -n 1)
cat serve.log

echo "\$ curl $url/predict"
python -c "
import json, sys, urllib.request as u
header, row = [line.rstrip().split(',') for line in open('biopsies.csv')][:2]
fields = {name: float(cell) for name, cell in zip(header, row) if name != 'diagnosis'}
asked = u.Request('$url/predict', json.dumps(fields).encode(), {'content-type': 'application/json'})
print(u.urlopen(asked, timeout=10).read().decode())
"
kill $server && wait $server || true
trap - EXIT

echo '$ milepost status'
milepost status
