package dev.distillery.trainer.publish;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a destination's Secret holds. Values are in no message and no log. */
public final class Credentials {
    private final String field;
    private final Publish.SecretRef secret;
    private final Map<String, String> values;
    private final Map<String, String> env;

    private Credentials(String field, Publish.SecretRef secret, Map<String, String> values, Map<String, String> env) {
        this.field = field;
        this.secret = secret;
        this.values = values;
        this.env = env;
    }

    /**
     * @param index of the destination in the recipe
     * @param env of the process; see {@link TrainerEnvironment#destinationPrefix}
     */
    public static Credentials of(int index, Publish.Destination destination, Map<String, String> env) {
        String prefix = TrainerEnvironment.destinationPrefix(index);
        Map<String, String> values = new TreeMap<>();
        if (destination.secretRef() != null) {
            env.forEach((name, value) -> {
                if (name.startsWith(prefix)) {
                    values.put(name.substring(prefix.length()), value);
                }
            });
        }
        return new Credentials(
                "spec.publish.destinations[" + index + "].secretRef", destination.secretRef(), values, env);
    }

    /** @return whether the recipe names a Secret; if not, the process's own identity is meant */
    public boolean named() {
        return secret != null;
    }

    public Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** @return of the process's environment */
    Optional<String> variable(String name) {
        return Optional.ofNullable(env.get(name)).filter(value -> !value.isEmpty());
    }

    /** @return whether the Secret says something about the connection, and nothing about who we are */
    public boolean holdsOnly(String key) {
        return values.keySet().equals(Set.of(key));
    }

    /** @throws TrainerException PUBLISH_FAILED if the Secret lacks the key */
    public String require(String key) {
        return find(key).orElseThrow(() -> missing(key));
    }

    /** @param keys that were looked for, in words */
    public TrainerException missing(String keys) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                field + ": Secret " + secret.name() + " has the keys " + values.keySet() + ", expected " + keys
                        + "; docs/publishing.md lists what each scheme takes");
    }
}
