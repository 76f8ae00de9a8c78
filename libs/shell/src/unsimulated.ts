/** Tools that a reader of the lab may reach for and that have no simulation yet; they say so instead of "not found". */
const UNSIMULATED: ReadonlySet<string> = new Set(
  (
    'apk apt apt-get arp arp-scan arping aws brctl brew bridge crictl ctr dig dnf ebtables eksctl ethtool git helm ' +
    'host htop ifconfig ip6tables iperf3 journalctl kubeadm kubelet less lsof man more mtr nano nc ncat ' +
    'netstat nft ngrep nmap node nping nslookup nsenter open openssl ps pstree python python3 route rsync scp ssh sudo ' +
    'sysctl systemctl tcpdump terraform termshark top tracepath traceroute tshark vi vim wget yq'
  ).split(' '),
);

export const isUnsimulated = (name: string): boolean => UNSIMULATED.has(name);
