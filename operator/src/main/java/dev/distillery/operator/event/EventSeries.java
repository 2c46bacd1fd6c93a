package dev.distillery.operator.event;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Writes events; one that says the same of the same object as an earlier one raises that one's count. Names are made from
 * what is said, so that this holds across restarts and replicas, too.
 */
final class EventSeries {
    /** A name may have 253 characters, a dot and the digest included. */
    private static final int MAX_STEM = 220;

    private static final int DIGEST_BYTES = 8;

    private final KubernetesClient client;

    EventSeries(KubernetesClient client) {
        this.client = client;
    }

    /** @throws KubernetesClientException if the API server refuses */
    void write(Event event) {
        Event named = new EventBuilder(event)
                .editMetadata()
                .withName(name(event))
                .endMetadata()
                .build();
        try {
            client.resource(named).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            client.v1()
                    .events()
                    .inNamespace(named.getMetadata().getNamespace())
                    .withName(named.getMetadata().getName())
                    .edit(earlier -> new EventBuilder(earlier)
                            .withCount(earlier.getCount() == null ? 2 : earlier.getCount() + 1)
                            .withLastTimestamp(event.getLastTimestamp())
                            .build());
        }
    }

    static String name(Event event) {
        String stem = event.getInvolvedObject().getName();
        String said = String.join(
                "\n", event.getInvolvedObject().getUid(), event.getType(), event.getReason(), event.getMessage());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(said.getBytes(StandardCharsets.UTF_8));
            return (stem.length() > MAX_STEM ? stem.substring(0, MAX_STEM) : stem) + "."
                    + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
