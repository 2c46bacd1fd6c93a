package dev.distillery.trainer.predict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.inference.InputForm;
import dev.distillery.inference.Picture;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.data.folder.PhotographFixture;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A photograph has the same pixels when it is classified as when the model was evaluated. */
class PhotographTest {
    @TempDir
    Path root;

    @Test
    void predictSeesWhatEvaluationSaw() throws Exception {
        PhotographFixture photographs = new PhotographFixture(root);
        DataSet set = DataSets.load(photographs.recipe(), new SourceLocation(Map.of()), 1);
        InputForm form =
                new InputForm(PhotographFixture.SIZE, PhotographFixture.SIZE, 3, null, null, set.resizedSide());
        List<String> files = List.of("circle/0.jpg", "circle/1.jpg", "circle/2.png", "circle/3.jpg", "circle/4.jpg");
        ByteBuffer evaluated = ByteBuffer.allocate(form.height() * form.width() * 3);
        for (int i = 0; i < files.size(); i++) {
            set.validation().write(i, 1, evaluated);
            Path file = photographs.file("validation/" + files.get(i));
            assertThat(Picture.of(Files.readAllBytes(file)).pixels(form))
                    .as(files.get(i))
                    .isEqualTo(evaluated.array());
        }
    }
}
