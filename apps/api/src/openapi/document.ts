import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `Simulated Kubernetes clusters: rules, packets and outputs are computed.

The examples run as they stand, in this order:

1. **Create a sandbox** (\`POST /api/v1/sandboxes\`), copy the \`token\` of the answer, press **Authorize** and paste it.
2. **Create a pod** and **create a service**.
3. **Query rules**: \`GET …/nodes/{node}/iptables\`.
4. **Send requests**, and see one: its trace is in the answer, and at \`GET …/traces/{traceId}\`.
5. **Delete** the pod: \`DELETE …/pods/{namespace}/{name}\`.

Errors are \`application/problem+json\` (RFC 9457); \`errors[]\` points at the fields.`;

const PROBLEM = {
  description: 'What is wrong, as RFC 9457 problem details.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object' as const,
        required: ['type', 'title', 'status', 'detail', 'instance'],
        properties: {
          type: { type: 'string' as const },
          title: { type: 'string' as const },
          status: { type: 'integer' as const },
          detail: { type: 'string' as const },
          instance: { type: 'string' as const },
          errors: {
            type: 'array' as const,
            items: {
              type: 'object' as const,
              properties: { pointer: { type: 'string' as const }, detail: { type: 'string' as const } },
            },
          },
        },
      },
    },
  },
};

/** Describes every route of an initialised application. */
export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('svclab')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addGlobalResponse({ status: 'default' as never, ...PROBLEM })
    .addBearerAuth({ type: 'http', scheme: 'bearer' })
    .build();
  return SwaggerModule.createDocument(app, config);
}

/** Swagger UI at /api/docs, the document at /api/openapi.json. */
export function serveDocument(app: NestFastifyApplication): void {
  SwaggerModule.setup('api/docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    swaggerOptions: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true, tagsSorter: 'alpha' },
  });
}
