import fc from 'fast-check';
import { decodeStruct } from './decode.js';
import { canonicalQuantity } from './quantity.js';
import { kindType } from './schema.js';

const service = kindType('Service');
const pod = kindType('Pod');

const failure = (input: unknown, type = service): string => {
  const decoded = decodeStruct(type, input);
  return decoded.ok ? `accepted: ${decoded.value.strict.join(', ')}` : decoded.error;
};

describe('decodeStruct', () => {
  it.each([
    [{ spec: 'x' }, 'json: cannot unmarshal string into Go struct field Service.spec of type v1.ServiceSpec'],
    [{ spec: { ports: 'x' } }, 'json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort'],
    [{ spec: { ports: ['x'] } }, 'json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type v1.ServicePort'],
    [{ spec: { ports: [{ port: '80' }] } }, 'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32'],
    [
      { spec: { ports: [{ port: 1.5 }] } },
      'json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      { spec: { ports: [{ port: 3e9 }] } },
      'json: cannot unmarshal number 3000000000 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      { spec: { ports: [{ protocol: 6 }] } },
      'json: cannot unmarshal number into Go struct field ServicePort.spec.ports.protocol of type v1.Protocol',
    ],
    [
      { spec: { ports: [{ targetPort: true }] } },
      'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    [{ metadata: { labels: { a: 1 } } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    [
      { metadata: { labels: ['a'] } },
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
  ])('refuses %j', (input, text) => expect(failure(input)).toBe(text));

  it('refuses quantities, times and bytes that are none', () => {
    const container = (resources: object): object => ({ spec: { containers: [{ name: 'c', resources }] } });
    expect(failure(container({ limits: { cpu: '1 core' } }), pod)).toMatch(/^quantities must match the regular expression/);
    expect(failure(container({ limits: 'x' }), pod)).toBe(
      'json: cannot unmarshal string into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
    );
    expect(failure({ metadata: { creationTimestamp: 'today' } })).toMatch(/^parsing time "today" as/);
    expect(failure({ data: { a: '%' } }, kindType('Secret'))).toBe('illegal base64 data at input byte 0');
  });

  it('names unknown fields by their path', () => {
    const input = { bogus: 1, spec: { containers: [{ name: 'c' }, { imagee: 'x', ports: [{ hots: 1 }] }], restartPolicyy: 'x' } };
    const decoded = decodeStruct(pod, input);
    expect(decoded.ok && decoded.value.strict).toEqual([
      'unknown field "bogus"',
      'unknown field "spec.containers[1].imagee"',
      'unknown field "spec.containers[1].ports[0].hots"',
      'unknown field "spec.restartPolicyy"',
    ]);
  });

  it('leaves out what Go leaves out, and writes what Go always writes', () => {
    const decoded = decodeStruct(pod, {
      metadata: { name: 'a', labels: {}, annotations: null },
      spec: {
        hostNetwork: false,
        nodeName: '',
        enableServiceLinks: false,
        containers: [{ name: 'c', ports: [{ containerPort: 0 }], args: [] }],
      },
    });
    expect(decoded.ok && decoded.value.value).toEqual({
      metadata: { name: 'a', creationTimestamp: null },
      spec: { enableServiceLinks: false, containers: [{ name: 'c', ports: [{ containerPort: 0 }], resources: {} }] },
      status: {},
    });
  });

  it('never throws, whatever it is given', () => {
    const bad = fc.oneof(
      fc.anything(),
      fc.record({ metadata: fc.anything(), spec: fc.anything() }),
      fc.record({ spec: fc.record({ ports: fc.array(fc.anything()), containers: fc.array(fc.anything()) }) }),
    );
    fc.assert(fc.property(bad, (input) => [service, pod].every((type) => typeof decodeStruct(type, input).ok === 'boolean')));
  });

  it('decodes what it decoded to the same', () => {
    const ports = fc.array(
      fc.record(
        { name: fc.string(), port: fc.integer({ min: -5, max: 70_000 }), targetPort: fc.oneof(fc.nat(99), fc.string()) },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(
        fc.record({ spec: fc.record({ ports, selector: fc.dictionary(fc.string(), fc.string()) }, { requiredKeys: [] }) }),
        (input) => {
          const once = decodeStruct(service, input);
          const twice = once.ok ? decodeStruct(service, once.value.value) : once;
          expect(twice).toEqual(once);
        },
      ),
    );
  });
});

describe('canonicalQuantity', () => {
  it.each([
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['1024Mi', '1Gi'],
    ['170Mi', '170Mi'],
    ['64M', '64M'],
    ['1000k', '1M'],
    ['0', '0'],
    ['-1', '-1'],
    ['1e3', '1e3'],
    ['', undefined],
    ['1Kb', undefined],
    ['1.2.3', undefined],
  ])('%s is %s', (text, canonical) => expect(canonicalQuantity(text)).toBe(canonical));
});
