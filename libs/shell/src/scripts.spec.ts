import { FakeLab } from './testdata/fake-lab.js';
test('first', async () => {
  const lab = new FakeLab();
  for (const line of [
    'echo hello', 'for i in {1..3}; do echo $i; done | sort -r', 'SVC1=$(kubectl get svc -o jsonpath={.spec.clusterIP})', 'echo $SVC1',
    'k get pod', 'kubectl exec -it net-pod -- zsh -c "for i in {1..10};   do curl -s $SVC1:9000 | grep Hostname; done | sort | uniq -c | sort -nr"',
    'for i in control-plane worker; do echo ">> node myk8s-$i <<"; docker exec -it myk8s-$i iptables -t nat -S | grep $SVC1; echo; done',
    'cat <<EOT> a.yaml\napiVersion: v1\nx: $SVC1\nEOT', 'cat a.yaml', 'ls -l', 'foo', 'tcpdump -i eth0', 'bash -c foo', "docker exec mypc sh -c 'foo'", "docker exec myk8s-worker sh -c 'foo'",
    'while true; do curl -s x | egrep "Hostname|IP: 10"; date "+%Y-%m-%d %H:%M:%S" ; echo ;  sleep 4; done',
    'while true; do :; done', ':(){ :|:& };:', 'ping x | head -2', 'ping x | wc -l', 'echo "abc', 'for i in', 'echo )', 'f(){ local x=1; echo $x $1; return 3; }; f a; echo $?', 'f b', 'declare -a z=(1 2)', 'echo $((1+2*3)) ${#SVC1} ${SVC1%.*}', 'timeout 3 ping x', 'echo a b c | xargs -n1 echo', 'time sleep 2', 'echo $RANDOM', 'date', "printf '%s-%d\\n' a 1", 'cd /tmp && pwd; mkdir -p q/w; ls; touch q/w/e; find . ; tree', 'ls 2>&1 >/dev/null | wc -c', 'base64 -d <<< /wA= ', 'jq . <<< "{\\"a\\":1}"', "awk 'BEGIN{print rand()}'",
    'echo a | read x; echo $x',"bash -c 'echo a | read x; echo [$x]'", 'set -e; false; echo no', 'echo yes','ls *.nope', "bash -c 'ls *.nope'", 'echo ${x:?bad}', 'echo hi > /nope/x', 'bash', 'diff <(echo a) <(echo b)',
  ]) {
    const t = performance.now();
    const r = await lab.exec(line);
    console.log(line, '\n', JSON.stringify(r).slice(0, 700), (performance.now() - t).toFixed(1));
  }
});
