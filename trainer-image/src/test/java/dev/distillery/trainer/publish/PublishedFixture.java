package dev.distillery.trainer.publish;

import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.signing.SigningKey;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** A small student, published and signed. */
public final class PublishedFixture {
    private PublishedFixture() {}

    /**
     * @param keys folder with {@code cosign.key} and its password
     * @return the model's folder, with version 1
     */
    public static Path publish(Path repository, Path keys) {
        new ModelRepository(new SourceLocation(Map.of()), Clock.systemUTC(), SigningKey.in(keys))
                .publish(BundleFixture.bundle("run-1", null, repository));
        return repository.resolve(BundleFixture.bundle("run-1", null).modelName());
    }
}
