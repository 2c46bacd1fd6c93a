package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.StatusException;

/** Kinds that are questions: they are posted, answered in their status, and stored nowhere. */
final class Reviews {
    private final ServiceAccountTokens tokens;

    Reviews(ServiceAccountTokens tokens) {
        this.tokens = tokens;
    }

    /** @throws StatusException 400 for a body of another kind */
    ObjectNode answer(ResourceType type, ObjectNode review) {
        if (!review.path("kind").asText(type.kind()).equals(type.kind())) {
            throw StatusException.badRequest("kind: got %s, expected %s".formatted(review.path("kind"), type.kind()));
        }
        return type.kind().equals("TokenReview") ? tokens.review(review) : everythingIsAllowed(review);
    }

    /** Who holds the token of this server may do all; there is no authorization. */
    private static ObjectNode everythingIsAllowed(ObjectNode review) {
        ObjectNode answer = review.deepCopy();
        ObjectNode status = answer.putObject("status").put("incomplete", false);
        ObjectNode rule = status.putArray("resourceRules").addObject();
        rule.putArray("verbs").add("*");
        rule.putArray("apiGroups").add("*");
        rule.putArray("resources").add("*");
        status.putArray("nonResourceRules");
        return answer;
    }
}
