package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.Metadata;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tokens of service accounts, as {@code TokenRequest} issues and {@code TokenReview} checks them: for an audience, for a
 * time, and for no longer than the account and the pod that they are bound to exist. They open no door of this server.
 */
final class ServiceAccountTokens {
    /** Audience of a token that names none; also the issuer. */
    static final String API_AUDIENCE = "https://kubernetes.default.svc";

    private static final long DEFAULT_SECONDS = 3600;
    private static final long LEAST_SECONDS = 600;
    private static final long MOST_SECONDS = 1L << 32;
    private static final String CLAIM = "kubernetes.io";

    private final JsonWebToken tokens = new JsonWebToken();
    private final ObjectStore store;
    private final ResourceType accounts;
    private final ResourceType pods;
    private final Clock clock;

    ServiceAccountTokens(ObjectStore store, ResourceTypes types, Clock clock) {
        this.store = store;
        this.accounts = types.find("", "v1", "serviceaccounts").orElseThrow();
        this.pods = types.find("", "v1", "pods").orElseThrow();
        this.clock = clock;
    }

    /**
     * @param request a {@code TokenRequest}
     * @return it, with the token in its status
     * @throws StatusException 404 without the account or the pod, 409 for another pod of that name, 422 for a bad request
     */
    ObjectNode issue(String namespace, String name, ObjectNode request) {
        ObjectNode account =
                store.find(accounts.key(namespace, name)).orElseThrow(() -> StatusException.notFound(accounts, name));
        JsonNode spec = request.path("spec");
        long seconds = spec.path("expirationSeconds").asLong(DEFAULT_SECONDS);
        if (seconds < LEAST_SECONDS || seconds > MOST_SECONDS) {
            throw StatusException.badRequest(
                    "spec.expirationSeconds: Invalid value: %d: may not specify a duration less than 10 minutes or more than 2^32 seconds"
                            .formatted(seconds));
        }
        Instant now = clock.instant();
        Instant end = now.plusSeconds(seconds);
        ObjectNode claims = Json.object()
                .put("iss", API_AUDIENCE)
                .put("sub", user(namespace, name))
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("exp", end.getEpochSecond());
        ArrayNode audiences = claims.putArray("aud");
        spec.path("audiences").forEach(audiences::add);
        if (audiences.isEmpty()) {
            audiences.add(API_AUDIENCE);
        }
        ObjectNode bound = claims.putObject(CLAIM).put("namespace", namespace);
        bound.putObject("serviceaccount").put("name", name).put("uid", Metadata.uid(account));
        bindToPod(bound, namespace, name, spec.path("boundObjectRef"));
        ObjectNode answer = request.deepCopy();
        answer.withObjectProperty("spec").put("expirationSeconds", seconds).set("audiences", audiences);
        answer.putObject("status").put("token", tokens.sign(claims)).put("expirationTimestamp", end.toString());
        return answer;
    }

    private void bindToPod(ObjectNode bound, String namespace, String account, JsonNode reference) {
        if (!reference.isObject()) {
            return;
        }
        if (!reference.path("kind").asText().equals("Pod")) {
            throw StatusException.badRequest(
                    "spec.boundObjectRef.kind: got %s, expected Pod, the only kind that is played"
                            .formatted(reference.path("kind")));
        }
        String name = reference.path("name").asText();
        ObjectNode pod = store.find(pods.key(namespace, name)).orElseThrow(() -> StatusException.notFound(pods, name));
        String uid = reference.path("uid").asText(Metadata.uid(pod));
        if (!uid.equals(Metadata.uid(pod))) {
            throw StatusException.conflict(
                    pods,
                    name,
                    "the UID in the bound object reference (%s) does not match the UID in record".formatted(uid));
        }
        if (!pod.path("spec").path("serviceAccountName").asText("default").equals(account)) {
            throw StatusException.badRequest(
                    "cannot bind token for serviceaccount \"%s\" to pod running with different serviceaccount name"
                            .formatted(account));
        }
        bound.putObject("pod").put("name", name).put("uid", uid);
    }

    /**
     * @param review a {@code TokenReview}
     * @return it, with a status; a token that is good for none of the audiences is not authenticated
     */
    ObjectNode review(ObjectNode review) {
        JsonNode spec = review.path("spec");
        List<String> wanted = texts(spec.path("audiences"));
        List<String> audiences = wanted.isEmpty() ? List.of(API_AUDIENCE) : wanted;
        Optional<JsonNode> claims = tokens.claims(spec.path("token").asText())
                .filter(this::isCurrent)
                .filter(this::stillExists)
                .filter(found -> texts(found.path("aud")).stream().anyMatch(audiences::contains));
        ObjectNode answer = review.deepCopy();
        ObjectNode status = answer.putObject("status");
        if (claims.isEmpty()) {
            status.put("error", "invalid bearer token").putObject("user");
            return answer;
        }
        status.put("authenticated", true);
        describe(status.putObject("user"), claims.get().path(CLAIM));
        ArrayNode granted = status.putArray("audiences");
        texts(claims.get().path("aud")).stream().filter(audiences::contains).forEach(granted::add);
        return answer;
    }

    private boolean isCurrent(JsonNode claims) {
        long now = clock.instant().getEpochSecond();
        return claims.path("nbf").asLong() <= now && now < claims.path("exp").asLong();
    }

    private boolean stillExists(JsonNode claims) {
        JsonNode bound = claims.path(CLAIM);
        String namespace = bound.path("namespace").asText();
        JsonNode pod = bound.path("pod");
        return isThere(accounts, namespace, bound.path("serviceaccount"))
                && (pod.isMissingNode() || isThere(pods, namespace, pod));
    }

    private boolean isThere(ResourceType type, String namespace, JsonNode object) {
        return store.find(type.key(namespace, object.path("name").asText()))
                .filter(found -> Metadata.uid(found).equals(object.path("uid").asText()))
                .isPresent();
    }

    private static void describe(ObjectNode user, JsonNode bound) {
        String namespace = bound.path("namespace").asText();
        user.put(
                "username",
                user(namespace, bound.path("serviceaccount").path("name").asText()));
        user.put("uid", bound.path("serviceaccount").path("uid").asText());
        user.putArray("groups")
                .add("system:serviceaccounts")
                .add("system:serviceaccounts:" + namespace)
                .add("system:authenticated");
        if (bound.has("pod")) {
            ObjectNode extra = user.putObject("extra");
            extra.putArray("authentication.kubernetes.io/pod-name")
                    .add(bound.path("pod").path("name").asText());
            extra.putArray("authentication.kubernetes.io/pod-uid")
                    .add(bound.path("pod").path("uid").asText());
        }
    }

    private static String user(String namespace, String account) {
        return "system:serviceaccount:" + namespace + ":" + account;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
