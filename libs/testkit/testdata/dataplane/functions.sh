# ask URL [SECONDS]: how a request ends.
ask() { curl -s -o /dev/null -m ${2:-3} -w '%{exitcode} %{errormsg}\n' "$1" | sed -E 's/ after [0-9]+ (ms|milliseconds)//'; }

# seen URL: whom the pods see that answer. Each request has a client port of its own: conntrack holds used ones for two minutes.
seen() {
  FIRST=${FIRST:-41000}
  for i in $(seq $FIRST $((FIRST + 23))); do
    curl -s -m 1 --local-port $i "$1" |
      awk -v p=$i '/Hostname/ { h = $2 } /RemoteAddr/ { split($2, a, ":"); print h, "sees", a[1], a[2] == p ? "port kept" : "port rewritten" }'
  done | sort -u
  FIRST=$((FIRST + 24))
}
