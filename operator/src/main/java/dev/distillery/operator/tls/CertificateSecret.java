package dev.distillery.operator.tls;

import dev.distillery.operator.stage.StagePlan;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The Secret with the certificate. Made if absent and renewed when due by whichever replica comes first; the others take
 * what it wrote. A Secret without our label is somebody else's, and is read only.
 */
public final class CertificateSecret {
    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String host;
    private final Clock clock;

    /** @param host by which clients call the server, DNS name or IP address */
    public CertificateSecret(KubernetesClient client, String namespace, String name, String host, Clock clock) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.host = host;
        this.clock = clock;
    }

    /**
     * @throws KubernetesClientException if the API server refuses
     * @throws IllegalArgumentException if the Secret is not ours and cannot be used
     */
    ServerCertificate upToDate() {
        Secret found = find();
        if (found == null) {
            Instant now = clock.instant();
            found = write(desired(CertificateAuthority.create(now).issue(host, now), null));
        } else if (isOurs(found) && isDue(found)) {
            found = write(desired(authority(found).issue(host, clock.instant()), found));
        }
        return ServerCertificate.of(found);
    }

    private boolean isDue(Secret found) {
        try {
            ServerCertificate certificate = ServerCertificate.of(found);
            return certificate.isDue(clock) || !certificate.names(host);
        } catch (IllegalArgumentException e) {
            // Somebody damaged what is ours to mend.
            return true;
        }
    }

    private CertificateAuthority authority(Secret found) {
        Instant now = clock.instant();
        try {
            CertificateAuthority authority = new CertificateAuthority(
                    ServerCertificate.certificates(found, ServerCertificate.AUTHORITY)
                            .get(0),
                    ServerCertificate.privateKey(found, ServerCertificate.AUTHORITY_KEY));
            return authority.isDue(now) ? CertificateAuthority.create(now) : authority;
        } catch (IllegalArgumentException e) {
            return CertificateAuthority.create(now);
        }
    }

    /** Another replica may be faster: then what it wrote is as good. */
    private Secret write(Secret wanted) {
        try {
            var resource = client.resource(wanted);
            return wanted.getMetadata().getResourceVersion() == null ? resource.create() : resource.update();
        } catch (KubernetesClientException e) {
            Secret others = e.getCode() == HttpURLConnection.HTTP_CONFLICT ? find() : null;
            if (others == null) {
                throw e;
            }
            return others;
        }
    }

    private Secret find() {
        return client.secrets().inNamespace(namespace).withName(name).get();
    }

    private static boolean isOurs(Secret secret) {
        Map<String, String> labels = secret.getMetadata().getLabels();
        return labels != null && StagePlan.MANAGER.equals(labels.get(StagePlan.MANAGED_BY));
    }

    /** @param replaced the one that it takes the place of, unless that changed in the meantime; null for none */
    private Secret desired(Map<String, String> entries, Secret replaced) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels(StagePlan.MANAGED_BY, StagePlan.MANAGER)
                .withResourceVersion(
                        replaced == null ? null : replaced.getMetadata().getResourceVersion())
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(entries.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> encoded(entry.getValue()))))
                .build();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
