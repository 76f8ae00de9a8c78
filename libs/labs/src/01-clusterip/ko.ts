import type { TextKey } from './en.js';

/** The chapter's checks in Korean. */
export const ko: Readonly<Record<TextKey, string>> = {
  'take-out.title': 'webpod3 파드가 서비스에서 빠진 채 계속 실행 중입니다',
  'take-out.task': '어떤 방법이든 결과만 맞으면 됩니다.',
  'take-out.service': '서비스에 주소가 있습니다',
  'take-out.running': 'webpod3 파드가 실행 중입니다',
  'take-out.endpoints': '엔드포인트가 webpod1, webpod2 두 개 남아 있습니다',
  'take-out.nodes': '모든 노드가 이 두 파드 중에서 고릅니다',
  'take-out.hint-1':
    '서비스는 레이블로만 파드를 찾습니다. `kubectl get pod --show-labels` 출력과 `kubectl describe svc svc-clusterip` 출력의 셀렉터를 비교해 보세요.',
  'take-out.hint-2':
    '실행 중인 파드의 레이블도 바꿀 수 있습니다. `kubectl label` 명령에서 키 이름 뒤에 빼기(`-`)를 붙이면 그 레이블이 지워집니다.',

  'stay.title': 'net-pod 파드가 10분 동안 같은 파드에 접속합니다',
  'stay.task': '기본값은 3시간입니다. 어떤 방법이든 결과만 맞으면 됩니다.',
  'stay.affinity': '서비스가 클라이언트를 주소로 기억합니다',
  'stay.timeout': '600초가 지나면 잊습니다',
  'stay.rules': '모든 노드의 규칙에 600초가 적혀 있습니다',
  'stay.stays': 'net-pod 파드의 다음 접속이 갈 수 있는 파드는 하나뿐입니다',
  'stay.tracked': 'conntrack에 net-pod 파드와 그 파드의 연결이 보입니다',
  'stay.hint-1':
    '시간은 서비스의 필드로 정합니다. 세션 어피니티를 켜면 `kubectl get svc svc-clusterip -o yaml` 출력에 기본값과 함께 나타납니다.',
  'stay.hint-2':
    '`spec.sessionAffinityConfig.clientIP`의 `timeoutSeconds` 값을 패치하세요. 노드는 클라이언트가 접속할 때 기억하므로, 그다음에 요청을 한 번 보내야 합니다.',

  'found.no-service': '`default` 네임스페이스에 `svc-clusterip` 서비스가 없습니다.',
  'found.headless': '`clusterIP` 값이 `None`입니다. 헤드리스 서비스에는 주소도 규칙도 없습니다.',
  'found.address': '`{address}`',
  'found.no-pod': '`default` 네임스페이스에 `{pod}` 파드가 없습니다.',
  'found.pod-ending': '`{pod}` 파드가 삭제되는 중입니다.',
  'found.pod-phase': '`{pod}` 파드의 상태가 `{phase}`입니다.',
  'found.pod-runs': '`{node}` 노드, `{address}`',
  'found.endpoints': '`{addresses}`',
  'found.still-selected':
    '아직 {count}개입니다. {pod} 파드에 `{label}` 레이블이 그대로 있어서 `{slice}` 슬라이스에 `{address}` 주소가 남아 있습니다.',
  'found.by-hand':
    '지금 {count}개입니다. `{slice}` 슬라이스에 있는 `{address}` 주소는 서비스의 셀렉터가 고른 것이 아니라 직접 적어 넣은 것입니다.',
  'found.no-selector': '지금 {count}개입니다. 서비스에 셀렉터가 없어서 파드를 찾지 않습니다.',
  'found.endpoint-no-pod': '지금 {count}개입니다. {pod} 파드가 없습니다.',
  'found.not-selected': '지금 {count}개입니다. {pod} 파드에 `{label}` 레이블이 없어서 빠졌습니다.',
  'found.not-ready': '지금 {count}개입니다. {pod} 파드는 레이블은 맞지만 Ready 상태가 아니어서 빠졌습니다.',
  'found.node-no-rules': '`{node}` 노드에 `{address}:{port}` 접속을 받는 규칙이 없습니다.',
  'found.node-chooses': '`{node}` 노드의 `{chain}` 체인은 `{addresses}` 중에서 고릅니다.',
  'found.nodes-choose': '노드 {count}대 모두 `{addresses}`',
  'found.affinity': '`sessionAffinity: {affinity}`',
  'found.timeout': '`timeoutSeconds: {seconds}`',
  'found.no-endpoints': '서비스에 엔드포인트가 없어서 `{node}` 노드에서 `{address}:{port}` 접속이 거절됩니다.',
  'found.node-seconds': '`{node}` 노드의 `{chain}` 체인에는 `{seconds}`초로 적혀 있습니다.',
  'found.nodes-ask': '노드 {count}대 모두 `--rcheck --seconds {seconds}`',
  'found.stays': '`{pod}`',
  'found.may-go': '{shares} 확률로 나뉩니다. `{node}` 노드에는 최근 {seconds}초 동안 `{address}` 주소가 접속한 기록이 없습니다.',
  'found.not-answered': '접속해도 응답을 받지 못합니다({disposition}).',
  'found.tracked': '`{node}` 노드, 출발지 포트 {sport}, 응답은 `{reply}`에서 옵니다.',
  'found.not-tracked':
    '`{node}` 노드에 `{source}` → `{address}:{port}` 접속에 {pod} 파드가 응답한 기록이 없습니다. 연결이 닫히고 120초가 지나면 항목이 사라집니다.',
};
