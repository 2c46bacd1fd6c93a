package dev.distillery.embedded.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountPathsTest {
    private final MountPaths paths =
            new MountPaths(Map.of("/data", Path.of("/local/d"), "/data/deep", Path.of("/local/deep")));

    @ParameterizedTest
    @CsvSource({
        "/data,/local/d",
        "/data/x,/local/d/x",
        "/data/deep/x,/local/deep/x",
        "--dir=/data/x,--dir=/local/d/x",
        "file:///data/x,file:///local/d/x",
        "/database,/database",
        "/my/data,/my/data",
        "http://host/data,http://host/data"
    })
    void rewritesWholePathsOnly(String inside, String outside) {
        assertThat(paths.rewrite(inside)).isEqualTo(outside);
    }
}
