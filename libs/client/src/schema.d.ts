// Generated from openapi.json by `npm run update:client`: do not edit.
export interface paths {
  '/api/v1/sandboxes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Create a sandbox
     * @description Returns its bearer token, once: press Authorize and paste it. Afterwards the id `current` means this sandbox.
     */
    post: operations['SandboxesController_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a sandbox stands */
    get: operations['SandboxesController_get'];
    put?: never;
    post?: never;
    /** Delete a sandbox with its whole log */
    delete: operations['SandboxesController_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/revert': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Undo: become as after an earlier entry
     * @description Nothing is cut off the log: the undo is an entry itself and can be undone. Chance draws anew afterwards.
     */
    post: operations['SandboxesController_revert'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/fork': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A new sandbox that begins as this one was
     * @description The fork has an id and a token of its own.
     */
    post: operations['SandboxesController_fork'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/reset': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Start over, in a new log
     * @description Same id, token, seed and configuration; seq counts from 1 again.
     */
    post: operations['SandboxesController_reset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/clock': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let virtual time pass, or change how it moves
     * @description Tells the new virtual time and what expired on the way.
     */
    post: operations['SandboxesController_clock'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/exec': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Run a command line
     * @description With `Accept: text/event-stream` the command is paced by the real clock and its output comes as it is written: events `start`, `stdout`, `stderr`, `trace`, `tick`, `end`; a retry with the same Idempotency-Key is told all of it again. Otherwise virtual time jumps over every wait, and an endless command ends after 10 virtual seconds.
     */
    post: operations['ExecController_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/exec/{execId}/signal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a signal to a command that is being streamed
     * @description SIGINT is Ctrl-C: the command ends with 130 and keeps what it has shown.
     */
    post: operations['ExecController_signal'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/terminals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List open terminals */
    get: operations['TerminalsController_list'];
    put?: never;
    /**
     * Open a terminal
     * @description Over its WebSocket go JSON texts. You send `{"type":"input","text"}`, `{"type":"resize","cols","rows"}`, `{"type":"signal","signal"}`; you get `{"type":"output","text","offset"}` and at last `{"type":"end","exitCode"}`. After a break, get a new ticket and go on with `&offset=` of the last output.
     */
    post: operations['TerminalsController_open'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/terminals/{terminalId}/tickets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Come back to a terminal
     * @description It keeps its shell at the prompt, also over a restart of the server.
     */
    post: operations['TerminalsController_ticket'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/terminals/{terminalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Close a terminal */
    delete: operations['TerminalsController_close'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/pods': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List them */
    get: operations['PodsController_list'];
    put?: never;
    /**
     * Create a pod
     * @description Answers when it runs, or when nothing moves any more. The ETag is the seq of the entry.
     */
    post: operations['PodsController_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/pods/{namespace}/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One of them */
    get: operations['PodsController_get'];
    put?: never;
    post?: never;
    /** Delete one of them */
    delete: operations['PodsController_remove'];
    options?: never;
    head?: never;
    /** Change one of them */
    patch: operations['PodsController_patch'];
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/services': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List them */
    get: operations['ServicesController_list'];
    put?: never;
    /**
     * Create a service
     * @description Answers when every kube-proxy has written its rules. The ETag is the seq of the entry.
     */
    post: operations['ServicesController_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/services/{namespace}/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One of them */
    get: operations['ServicesController_get'];
    put?: never;
    post?: never;
    /** Delete one of them */
    delete: operations['ServicesController_remove'];
    options?: never;
    head?: never;
    /** Change one of them */
    patch: operations['ServicesController_patch'];
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/manifests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Apply manifests
     * @description As `kubectl apply`: tells for each object whether it was created, configured or unchanged, and which rules came and went on each node.
     */
    post: operations['ManifestsController_apply'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/endpointslices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** EndpointSlices: the addresses behind each service */
    get: operations['ListsController_endpointSlices'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Nodes */
    get: operations['ListsController_nodes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Events */
    get: operations['ListsController_events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/kubeconfig': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A kubeconfig for the cluster
     * @description Save it, and an unmodified kubectl works: `kubectl --kubeconfig FILE get nodes`. It holds the key of the cluster.
     */
    get: operations['KubeconfigController_kubeconfig'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/kubernetes-key/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Take back the key of the Kubernetes API
     * @description The address changes, and kubeconfigs handed out before open nothing any more. Streams that are open stay open until they end.
     */
    post: operations['KubernetesKeyController_rotate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/iptables': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's iptables rules */
    get: operations['NodesController_iptables'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/conntrack': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's tracked connections */
    get: operations['NodesController_conntrack'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/routes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's routes: ip route */
    get: operations['NodesController_routes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/addresses': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's interfaces: ip addr */
    get: operations['NodesController_addresses'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/sockets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's listening sockets: ss -tulnp */
    get: operations['NodesController_sockets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/ipvs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's IPVS table: 409 unless kube-proxy runs in that mode */
    get: operations['NodesController_ipvs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/nftables': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A node's nftables ruleset: 409 unless kube-proxy runs in that mode */
    get: operations['NodesController_nftables'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * The same flow in every proxy mode
     * @description Each mode runs on a copy of the sandbox that is thrown away: nothing changes.
     */
    post: operations['ProxyController_compare'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/kube-proxy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a node's kube-proxy stands */
    get: operations['ProxyController_kubeProxy'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/nodes/{node}/services/{namespace}/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Why a node has these rules for a service
     * @description Each endpoint that is left out of a list says why: not ready, terminating, not local, another zone.
     */
    get: operations['ProxyController_service'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send requests
     * @description Tells who answered each, how they were distributed, and the traces asked for. It moves counters and conntrack, as curl does.
     */
    post: operations['FlowsController_send'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/traces': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Where would it go?
     * @description Every branch with its probability, worked out on a throwaway copy: nothing changes.
     */
    post: operations['FlowsController_explore'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/traces/{traceId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The trace of a request that was sent */
    get: operations['FlowsController_trace'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The log: what was asked, with transcripts */
    get: operations['HistoryController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/log/{seq}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One entry of the log */
    get: operations['HistoryController_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/log/{seq}/rules-diff': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Rules that came and went with one entry
     * @description Per node, each with the object that caused it.
     */
    get: operations['HistoryController_rulesDiff'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/checks/{chapter}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Which tasks of a chapter are done
     * @description Looks at the sandbox's state alone, never at what was typed, and changes nothing. What does not hold yet comes with its cause.
     */
    get: operations['ChecksController_check'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sandboxes/{id}/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow a sandbox
     * @description Server-sent events: `hello`, then an `entry` for each write, `reset`, `deleted`. Each names its `log`, which a reset raises. Resumes with Last-Event-ID or `after`.
     */
    get: operations['StreamController_follow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: never;
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  SandboxesController_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description `kind`: a four-node kind v1.31.0 cluster is up. `empty`: the bare lab host.
           * @default kind
           * @enum {string}
           */
          profile?: 'kind' | 'empty';
          /**
           * @description How kube-proxy does its work. Default: as `kindConfig` says, else `iptables`.
           * @enum {string}
           */
          proxyMode?: 'iptables' | 'ipvs' | 'nftables';
          /** @description The same seed and the same entries give the same results. Drawn when absent. */
          seed?: number;
          name?: string;
          /** @description YAML as `kind create cluster --config` takes it. */
          kindConfig?: string;
          /** @description YAML documents that are applied at once. */
          manifest?: string;
        };
      };
    };
    responses: {
      /** @description The sandbox and its token. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            /** @description Bearer token. Told once. */
            token: string;
            name?: string;
            profile: string;
            proxyMode: string;
            seed: number;
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            /** @description Path of its Kubernetes API, for kubectl and other clients; `<kubernetesUrl>/kubeconfig` is all they need. Whoever knows it may use it. */
            kubernetesUrl: string;
            links: {
              [key: string]: string;
            };
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  SandboxesController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What it is, and what it holds. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            name?: string;
            profile: string;
            proxyMode: string;
            seed: number;
            /** Format: date-time */
            createdAt: string;
            /** @description Where this one was forked from. */
            parent?: {
              id: string;
              seq: number;
            };
            /** @description Of the last entry. */
            seq: number;
            /** @description How many entries a log may hold. */
            maxEntries: number;
            stateHash: string;
            /** Format: date-time */
            virtualTime: string;
            /** @enum {string} */
            clockMode: 'auto' | 'realtime' | 'paused';
            counts: {
              nodes: number;
              pods: number;
              services: number;
            };
            /** @description execId of each command that is being streamed. */
            running: string[];
            /** @description Path of its Kubernetes API, for kubectl and other clients; `<kubernetesUrl>/kubeconfig` is all they need. Whoever knows it may use it. */
            kubernetesUrl: string;
            links: {
              [key: string]: string;
            };
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  SandboxesController_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  SandboxesController_revert: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Everything becomes as it was after this entry. */
          toSeq: number;
        };
      };
    };
    responses: {
      /** @description The entry that undoes. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            toSeq: number;
            changedRecords: number;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  SandboxesController_fork: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Default: the last entry. */
          atSeq?: number;
          name?: string;
        };
      };
    };
    responses: {
      /** @description The fork and its token. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            /** @description Bearer token. Told once. */
            token: string;
            name?: string;
            profile: string;
            proxyMode: string;
            seed: number;
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            /** @description Path of its Kubernetes API, for kubectl and other clients; `<kubernetesUrl>/kubeconfig` is all they need. Whoever knows it may use it. */
            kubernetesUrl: string;
            links: {
              [key: string]: string;
            };
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  SandboxesController_reset: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description The first entry of the new log. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  SandboxesController_clock: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Lets virtual time pass. */
          advanceSeconds?: number;
          /**
           * @description `auto`: writes settle. `realtime`: time also moves while somebody follows the stream. `paused`: nothing moves by itself.
           * @enum {string}
           */
          mode?: 'auto' | 'realtime' | 'paused';
          /** @description Runs what is due next, whatever its distance. */
          step?: boolean;
        };
      };
    };
    responses: {
      /** @description The time it is then. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            advancedMs: number;
            /** @enum {string} */
            mode: 'auto' | 'realtime' | 'paused';
            /** @description Tracked connections and affinity records that ran out on the way. */
            expired: {
              conntrack: number;
              recent: number;
            };
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ExecController_run: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description One line, or several, of shell. */
          command: string;
          /** @description Where it runs; default `host`, the lab host with kubectl, docker and kind. */
          at?: string;
          stdin?: string;
          /** @description Keeps variables, functions and the working directory between commands. */
          session?: string;
          /** @description The kubectl context to use; default: the present one. */
          cluster?: string;
          /**
           * @description `first`: follow the first request that the command sends.
           * @enum {string}
           */
          trace?: 'none' | 'first';
          /** @description Default true: afterwards virtual time runs until the cluster has come to rest. */
          settle?: boolean;
        };
      };
    };
    responses: {
      /** @description What the command wrote, and how it ended. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            stdout: string;
            stderr: string;
            exitCode: number;
            /** @description Virtual time that the command itself took. */
            virtualMs: number;
            /** @description Absent when none was asked for, or no request was sent. */
            traces?: {
              traceId: string;
              trace: {
                disposition: string;
                reason: string;
                probability: number;
              } & {
                [key: string]: unknown;
              };
              /** @description The same to be read, or read aloud. */
              text: string;
            }[];
          };
          'text/event-stream': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            stdout: string;
            stderr: string;
            exitCode: number;
            /** @description Virtual time that the command itself took. */
            virtualMs: number;
            /** @description Absent when none was asked for, or no request was sent. */
            traces?: {
              traceId: string;
              trace: {
                disposition: string;
                reason: string;
                probability: number;
              } & {
                [key: string]: unknown;
              };
              /** @description The same to be read, or read aloud. */
              text: string;
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ExecController_signal: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        execId: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
        };
      };
    };
    responses: {
      /** @description The entry that the signal made. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            seq: number;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  TerminalsController_list: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The terminals that are open. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              terminalId: string;
              at: string;
              cols: number;
              rows: number;
              offset: number;
              /** @description A program runs in it. */
              busy: boolean;
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  TerminalsController_open: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Where its shell runs; default `host`. */
          at?: string;
          /**
           * @description Characters in a line.
           * @default 80
           */
          cols?: number;
          /**
           * @description Lines on the screen.
           * @default 24
           */
          rows?: number;
          /** @description A program and its arguments. Default: the shell that a person meets there. */
          command?: string[];
        };
      };
    };
    responses: {
      /** @description The terminal is open; its WebSocket shows it. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            terminalId: string;
            /** @description Path of its WebSocket, with a ticket that opens it once and within a minute. Add `&offset=<n>` to be shown what came after. */
            socket: string;
            /** @description Bytes that it has shown. */
            offset: number;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  TerminalsController_ticket: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        terminalId: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A way back to the terminal. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            terminalId: string;
            /** @description Path of its WebSocket, with a ticket that opens it once and within a minute. Add `&offset=<n>` to be shown what came after. */
            socket: string;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  TerminalsController_close: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        terminalId: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It ends, with what runs in it. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  PodsController_list: {
    parameters: {
      query?: {
        /** @description Default: all namespaces. */
        namespace?: string;
        /** @description `app=webpod,tier in (a,b),!x` */
        labelSelector?: string;
        limit?: number;
        /** @description From `metadata.continue` of the page before. */
        continue?: string;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              resourceVersion: string;
              continue?: string;
            } & {
              [key: string]: unknown;
            };
            items: ({
              apiVersion: string;
              kind: string;
              metadata: {
                name: string;
                namespace?: string;
                uid: string;
                labels?: {
                  [key: string]: string;
                };
              } & {
                [key: string]: unknown;
              };
              spec?: {
                [key: string]: unknown;
              };
              status?: {
                [key: string]: unknown;
              };
            } & {
              [key: string]: unknown;
            })[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  PodsController_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          namespace?: string;
          labels?: {
            [key: string]: string;
          };
          /** @description Default: the scheduler chooses. */
          nodeName?: string;
          /** @default traefik/whoami */
          image?: string;
        };
      };
    };
    responses: {
      /** @description The object as it is then. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  PodsController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The object. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  PodsController_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The object as it was last. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  PodsController_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description The object as it is then. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ServicesController_list: {
    parameters: {
      query?: {
        /** @description Default: all namespaces. */
        namespace?: string;
        /** @description `app=webpod,tier in (a,b),!x` */
        labelSelector?: string;
        limit?: number;
        /** @description From `metadata.continue` of the page before. */
        continue?: string;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              resourceVersion: string;
              continue?: string;
            } & {
              [key: string]: unknown;
            };
            items: ({
              apiVersion: string;
              kind: string;
              metadata: {
                name: string;
                namespace?: string;
                uid: string;
                labels?: {
                  [key: string]: string;
                };
              } & {
                [key: string]: unknown;
              };
              spec?: {
                [key: string]: unknown;
              };
              status?: {
                [key: string]: unknown;
              };
            } & {
              [key: string]: unknown;
            })[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ServicesController_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          namespace?: string;
          labels?: {
            [key: string]: string;
          };
          /** @description Default `ClusterIP`. */
          type?: string;
          ports: {
            name?: string;
            port: number;
            targetPort?: number | string;
            protocol?: string;
            nodePort?: number;
            appProtocol?: string;
          }[];
          selector?: {
            [key: string]: string;
          };
          clusterIP?: string;
          sessionAffinity?: string;
          sessionAffinityConfig?: {
            [key: string]: unknown;
          };
          internalTrafficPolicy?: string;
          externalTrafficPolicy?: string;
        };
      };
    };
    responses: {
      /** @description The object as it is then. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ServicesController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The object. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ServicesController_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The object as it was last. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ServicesController_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description The object as it is then. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              name: string;
              namespace?: string;
              uid: string;
              labels?: {
                [key: string]: string;
              };
            } & {
              [key: string]: unknown;
            };
            spec?: {
              [key: string]: unknown;
            };
            status?: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ManifestsController_apply: {
    parameters: {
      query?: {
        /** @description For documents that name none; default `default`. */
        namespace?: string;
      };
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    /** @description YAML of one or many documents, or JSON. */
    requestBody: {
      content: {
        'application/yaml': string;
        'application/json': string;
      };
    };
    responses: {
      /** @description What became of each object, and of the rules. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            objects: {
              apiVersion: string;
              kind: string;
              namespace: string | null;
              name: string;
              resource: string;
              /** @enum {string} */
              result: 'created' | 'configured' | 'unchanged';
            }[];
            rulesDiff: {
              node: string;
              added: {
                table: string;
                /** @description As iptables -S prints it. */
                rule: string;
                /** @description The object whose change caused the line, where one did: `EndpointSlice default/web-abcde (Pod default/web-1)`, `Service default/web`. */
                cause: string | null;
              }[];
              removed: {
                table: string;
                /** @description As iptables -S prints it. */
                rule: string;
                /** @description The object whose change caused the line, where one did: `EndpointSlice default/web-abcde (Pod default/web-1)`, `Service default/web`. */
                cause: string | null;
              }[];
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ListsController_endpointSlices: {
    parameters: {
      query?: {
        /** @description Default: all namespaces. */
        namespace?: string;
        /** @description `app=webpod,tier in (a,b),!x` */
        labelSelector?: string;
        limit?: number;
        /** @description From `metadata.continue` of the page before. */
        continue?: string;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              resourceVersion: string;
              continue?: string;
            } & {
              [key: string]: unknown;
            };
            items: ({
              apiVersion: string;
              kind: string;
              metadata: {
                name: string;
                namespace?: string;
                uid: string;
                labels?: {
                  [key: string]: string;
                };
              } & {
                [key: string]: unknown;
              };
              spec?: {
                [key: string]: unknown;
              };
              status?: {
                [key: string]: unknown;
              };
            } & {
              [key: string]: unknown;
            })[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ListsController_nodes: {
    parameters: {
      query?: {
        /** @description Default: all namespaces. */
        namespace?: string;
        /** @description `app=webpod,tier in (a,b),!x` */
        labelSelector?: string;
        limit?: number;
        /** @description From `metadata.continue` of the page before. */
        continue?: string;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              resourceVersion: string;
              continue?: string;
            } & {
              [key: string]: unknown;
            };
            items: ({
              apiVersion: string;
              kind: string;
              metadata: {
                name: string;
                namespace?: string;
                uid: string;
                labels?: {
                  [key: string]: string;
                };
              } & {
                [key: string]: unknown;
              };
              spec?: {
                [key: string]: unknown;
              };
              status?: {
                [key: string]: unknown;
              };
            } & {
              [key: string]: unknown;
            })[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ListsController_events: {
    parameters: {
      query?: {
        /** @description Default: all namespaces. */
        namespace?: string;
        /** @description `app=webpod,tier in (a,b),!x` */
        labelSelector?: string;
        limit?: number;
        /** @description From `metadata.continue` of the page before. */
        continue?: string;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            apiVersion: string;
            kind: string;
            metadata: {
              resourceVersion: string;
              continue?: string;
            } & {
              [key: string]: unknown;
            };
            items: ({
              apiVersion: string;
              kind: string;
              metadata: {
                name: string;
                namespace?: string;
                uid: string;
                labels?: {
                  [key: string]: string;
                };
              } & {
                [key: string]: unknown;
              };
              spec?: {
                [key: string]: unknown;
              };
              status?: {
                [key: string]: unknown;
              };
            } & {
              [key: string]: unknown;
            })[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  KubeconfigController_kubeconfig: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  KubernetesKeyController_rotate: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The new address. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Path of its Kubernetes API from now on. */
            kubernetesUrl: string;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_iptables: {
    parameters: {
      query?: {
        table?: 'raw' | 'mangle' | 'nat' | 'filter';
        /** @description As iptables-save, iptables -S, iptables -L -v -n print it, or as JSON. */
        format?: 'save' | 'spec' | 'list' | 'json';
        chain?: string;
      };
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_conntrack: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_routes: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_addresses: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_sockets: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_ipvs: {
    parameters: {
      query?: {
        /** @description As ipvsadm -Ln prints it, with --stats, with --rate, -Lnc, -Sn, or as JSON. */
        format?: 'list' | 'stats' | 'rate' | 'connections' | 'save' | 'json';
      };
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  NodesController_nftables: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ProxyController_compare: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Who sends: `host`, `node/<name>`, `pod/<namespace>/<name>`, `client/<name>`. */
          from: string;
          /** @description `host-or-ip:port`, or a URL. */
          to: string;
          /** @enum {string} */
          protocol?: 'tcp' | 'udp' | 'icmp';
          connectTimeoutSeconds?: number;
        };
      };
    };
    responses: {
      /** @description The flow in each mode, and in what they differ. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description `namespace/name` of the Service that the flow is for. */
            service: string | null;
            /** @description Whose rules are shown: the first node on the way. */
            node: string | null;
            modes: {
              mode: string;
              /** @description Rules and entries on the node, by what they are. */
              counts: {
                [key: string]: number;
              };
              /** @description What is about the flow's Service, as the tools print it. */
              rules: {
                tool: string;
                lines: string[];
              }[];
              /** @description What the client gets. */
              outcome: string;
              errno?: string;
              disposition: string;
              reason: string;
              ends: {
                /** @description Who answers, and the source address seen there. */
                end: string;
                probability: number;
              }[];
              hops: string[];
              /** @description In all namespaces on the way of the first packet. */
              rulesLookedAt: number;
              trace: {
                disposition: string;
                reason: string;
                probability: number;
              } & {
                [key: string]: unknown;
              };
              /** @description The trace to be read. */
              text: string;
            }[];
            differences: {
              /** @enum {string} */
              about: 'outcome' | 'trace' | 'rules';
              what: string;
              /** @description By mode. */
              values: {
                [key: string]: string | number;
              };
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ProxyController_kubeProxy: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Mode, configuration, syncs and log. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            node: string;
            running: boolean;
            mode?: string;
            /** @description As it was read when kube-proxy started. */
            configuration?: {
              [key: string]: unknown;
            };
            /** @description Since it started. */
            syncs?: {
              full: number;
              partial: number;
            };
            /** Format: date-time */
            lastSync?: string;
            sinceLastSyncMs?: number;
            needsFullSync?: boolean;
            /** @description Services with changes that wait for the next sync. */
            pending?: {
              services: string[];
              endpoints: string[];
            };
            /** @description Health check node ports that it serves. */
            healthChecks?: {
              port: number;
              namespace: string;
              name: string;
              localEndpoints: number;
            }[];
            /** @description What the tool said when the last sync failed. */
            failure?: string;
            log: string;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ProxyController_service: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node: string;
        namespace: string;
        name: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Its endpoints with why they are used or not, and its rules. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            node: string;
            service: {
              namespace: string;
              name: string;
            };
            mode: string | null;
            ports: {
              port: string;
              protocol: string;
              /** @description Which lists of endpoints the port needs here, by traffic policy. */
              lists: ('cluster' | 'local')[];
              /** @description What zone hints do. */
              topology: string;
              endpoints: {
                address: string;
                nodeName: string | null;
                pod: {
                  namespace: string;
                  name: string;
                } | null;
                slice: string;
                uses: {
                  /** @enum {string} */
                  list: 'cluster' | 'local';
                  used: boolean;
                  why: string;
                }[];
              }[];
            }[];
            /** @description Its rules of iptables, each with the endpoints it is for. */
            rules: {
              table: string;
              rule: string;
              port: string;
              endpoints: string[];
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  FlowsController_send: {
    parameters: {
      query?: never;
      header?: {
        /** @description A retry with the same key and the same request is not done twice, but answered as the first time. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Who sends: `host`, `node/<name>`, `pod/<namespace>/<name>`, `client/<name>`. */
          from: string;
          /** @description `host-or-ip:port`, or a URL. */
          to: string;
          /** @enum {string} */
          protocol?: 'tcp' | 'udp' | 'icmp';
          connectTimeoutSeconds?: number;
          count?: number;
          /**
           * @description Which requests are traced. `all` keeps the first hundred.
           * @enum {string}
           */
          trace?: 'none' | 'first' | 'all';
        };
      };
    };
    responses: {
      /** @description What became of each request. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Of the entry. */
            seq: number;
            /** Format: date-time */
            virtualTime: string;
            results: {
              /** @enum {string} */
              outcome: 'ok' | 'refused' | 'timeout' | 'unreachable' | 'reset';
              errno?: string;
              /** @description As curl would exit. */
              exitCode: number;
              /** @description Who answered. */
              hostname?: string;
              /** @description The client as the server saw it. */
              remoteAddress?: string;
              remotePort?: number;
              sourcePort: number;
              elapsedMs: number;
              traceId?: string;
            }[];
            /** @description Answers by host name, failures by outcome. */
            distribution: {
              [key: string]: number;
            };
            traces: {
              traceId: string;
              trace: {
                disposition: string;
                reason: string;
                probability: number;
              } & {
                [key: string]: unknown;
              };
              /** @description The same to be read, or read aloud. */
              text: string;
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  FlowsController_explore: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Who sends: `host`, `node/<name>`, `pod/<namespace>/<name>`, `client/<name>`. */
          from: string;
          /** @description `host-or-ip:port`, or a URL. */
          to: string;
          /** @enum {string} */
          protocol?: 'tcp' | 'udp' | 'icmp';
          connectTimeoutSeconds?: number;
        };
      };
    };
    responses: {
      /** @description The branches, the likeliest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            branches: {
              probability: number;
              disposition: string;
              reason: string;
              trace: {
                disposition: string;
                reason: string;
                probability: number;
              } & {
                [key: string]: unknown;
              };
              text: string;
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  FlowsController_trace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description From an answer to requests or exec. */
        traceId: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What it met on its way. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            traceId: string;
            trace: {
              disposition: string;
              reason: string;
              probability: number;
            } & {
              [key: string]: unknown;
            };
            /** @description The same to be read, or read aloud. */
            text: string;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  HistoryController_list: {
    parameters: {
      query?: {
        limit?: number;
        /** @description Which entry comes first. */
        order?: 'oldest' | 'newest';
        /** @description From the page before. */
        continue?: string;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of the log. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              seq: number;
              kind: string;
              /** @description What was asked. */
              input: {
                kind: string;
              } & {
                [key: string]: unknown;
              };
              /** @description What a command wrote. */
              transcript: {
                stdout: string;
                stderr: string;
                exitCode: number | null;
              } | null;
              /** Format: date-time */
              virtualTime: string;
              /** Format: date-time */
              createdAt: string;
              stateHash: string;
              engineVersion: number;
            }[];
            /** @description Absent on the last page. */
            continue?: string;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  HistoryController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        seq: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The entry. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            seq: number;
            kind: string;
            /** @description What was asked. */
            input: {
              kind: string;
            } & {
              [key: string]: unknown;
            };
            /** @description What a command wrote. */
            transcript: {
              stdout: string;
              stderr: string;
              exitCode: number | null;
            } | null;
            /** Format: date-time */
            virtualTime: string;
            /** Format: date-time */
            createdAt: string;
            stateHash: string;
            engineVersion: number;
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  HistoryController_rulesDiff: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        seq: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Nodes whose rules changed. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            seq: number;
            nodes: {
              node: string;
              added: {
                table: string;
                /** @description As iptables -S prints it. */
                rule: string;
                /** @description The object whose change caused the line, where one did: `EndpointSlice default/web-abcde (Pod default/web-1)`, `Service default/web`. */
                cause: string | null;
              }[];
              removed: {
                table: string;
                /** @description As iptables -S prints it. */
                rule: string;
                /** @description The object whose change caused the line, where one did: `EndpointSlice default/web-abcde (Pod default/web-1)`, `Service default/web`. */
                cause: string | null;
              }[];
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  ChecksController_check: {
    parameters: {
      query?: {
        /** @description Of the sentences. */
        lang?: 'en' | 'ko';
      };
      header?: never;
      path: {
        chapter: string;
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Each check of the chapter with its conditions. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            chapter: string;
            /** @description The entry after which the sandbox was looked at. */
            seq: number;
            /** @enum {string} */
            language: 'en' | 'ko';
            passed: boolean;
            checks: {
              id: string;
              title: string;
              passed: boolean;
              conditions: {
                id: string;
                /** @description What shall be so. Backticks enclose what a tool would print. */
                text: string;
                /**
                 * @description `waits`: another condition must hold first.
                 * @enum {string}
                 */
                status: 'holds' | 'not-yet' | 'waits';
                /** @description The value that was found and, where it does not hold yet, its cause. Absent while it waits. */
                found?: {
                  /** @description The same in every language. */
                  reason: string;
                  text: string;
                };
              }[];
            }[];
          };
        };
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
  StreamController_follow: {
    parameters: {
      query?: {
        /** @description Tell entries after this seq first. */
        after?: number;
      };
      header?: never;
      path: {
        /** @description A sandbox's id, or `current` for the one whose token is sent. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong, as RFC 9457 problem details. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            errors?: {
              pointer?: string;
              detail?: string;
            }[];
          };
        };
      };
    };
  };
}
