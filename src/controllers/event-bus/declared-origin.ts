// The origin of a connection that spec.kafka declares: every Secret is in the operator's one secret namespace. Pure.

import type { EventBus, EventBusSpec } from "../../api/event-bus.ts";
import type {
  AuthoritiesSource,
  ConnectionOrigin,
  ConnectionSource,
  SaslSource,
  TlsSource,
} from "./connection-source.ts";

type Security = NonNullable<NonNullable<EventBusSpec["kafka"]>["security"]>;
type Sasl = NonNullable<Security["sasl"]>;

export function declaredOrigin(secretNamespace: string): ConnectionOrigin {
  return ({ spec: { kafka } }: EventBus) => {
    if (kafka === undefined) return undefined;
    const { bootstrapServers, security } = kafka;
    const isEncrypted = security?.protocol?.endsWith("SSL") ?? false;
    const source: ConnectionSource = {
      bootstrapServers,
      ...(isEncrypted && { tls: tlsSource(security?.tls ?? {}, secretNamespace) }),
      ...(security?.sasl !== undefined && { sasl: saslSource(security.sasl, secretNamespace) }),
    };
    return { kind: "source", source };
  };
}

function tlsSource(tls: NonNullable<Security["tls"]>, namespace: string): TlsSource {
  const { caSecretRef, certificateSecretRef: certificate, serverName } = tls;
  return {
    authorities: authoritiesSource(caSecretRef, namespace),
    certificate: certificate && {
      secret: { namespace, name: certificate.name },
      certificateKey: certificate.certificateKey,
      privateKeyKey: certificate.privateKeyKey,
    },
    serverName,
  };
}

function saslSource({ mechanism, oauth, credentialsSecretRef }: Sasl, namespace: string): SaslSource | undefined {
  if (mechanism === "OAUTHBEARER") {
    if (oauth === undefined) return undefined;
    const { tokenEndpoint, clientSecretRef, scope, caSecretRef } = oauth;
    return {
      mechanism,
      tokenEndpoint,
      secret: { namespace, name: clientSecretRef.name },
      clientIdKey: clientSecretRef.clientIdKey,
      clientSecretKey: clientSecretRef.clientSecretKey,
      scope,
      authorities: authoritiesSource(caSecretRef, namespace),
    };
  }
  if (credentialsSecretRef === undefined) return undefined;
  const { name, usernameKey, passwordKey } = credentialsSecretRef;
  return { mechanism, secret: { namespace, name }, usernameKey, passwordKey };
}

function authoritiesSource(
  ref: { readonly name: string; readonly key?: string | undefined } | undefined,
  namespace: string,
): AuthoritiesSource | undefined {
  return ref && { secret: { namespace, name: ref.name }, key: ref.key };
}
