package dev.distillery.serving.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.inference.PublishedModel;
import dev.distillery.serving.TestModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InferRequestReaderTest {
    private static final int VALUES = TestModels.SIDE * TestModels.SIDE;
    private static final int MUTATIONS = 20_000;

    @TempDir
    static Path folder;

    private static TensorContract pixels;
    private static TensorContract reals;

    @BeforeAll
    static void contracts() throws Exception {
        try (PublishedModel model = PublishedModel.load(
                        TestModels.pixels(folder.resolve("u")).resolve("7/model.onnx"), 1);
                PublishedModel normalised = PublishedModel.load(
                        TestModels.normalised(folder.resolve("f")).resolve("7/model.onnx"), 1)) {
            pixels = TensorContract.of(model, 4);
            reals = TensorContract.of(normalised, 4);
        }
    }

    @Test
    void fieldsMayComeInAnyOrder() throws Exception {
        InferRequest request = read(
                pixels,
                "{\"outputs\":[{\"parameters\":{\"binary_data\":false},\"name\":\"probabilities\"}],\"inputs\":[{\"data\":"
                        + sevens(VALUES) + ",\"shape\":[1,8,8,1],\"more\":{\"a\":[1]},\"datatype\":\"UINT8\",\"name\":"
                        + "\"images\"}],\"parameters\":{\"binary_data_output\":true,\"priority\":1},\"id\":\"x\"}");
        assertThat(request.count()).isEqualTo(1);
        assertThat(request.images().remaining()).isEqualTo(VALUES);
        assertThat(request.images().get(VALUES - 1)).isEqualTo((byte) 7);
        assertThat(request.outputs()).containsExactly(new InferRequest.Output("probabilities", false));
        assertThat(request.id()).isEqualTo("x");
    }

    @Test
    void binaryOutputMayBeAskedForAfterTheOutputs() throws Exception {
        InferRequest request = read(
                pixels,
                "{\"outputs\":[{\"name\":\"probabilities\"}]," + input("images", "UINT8", "[1,8,8,1]", sevens(VALUES))
                        + ",\"parameters\":{\"binary_data_output\":true}}");
        assertThat(request.outputs()).containsExactly(new InferRequest.Output("probabilities", true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image  | UINT8 | [1,8,8,1]     | inputs[0].name: got image, expected images",
                "images | FP32  | [1,8,8,1]     | inputs[0].datatype: got FP32, expected UINT8",
                "images | UINT8 | [1,1,8,8]     | inputs[0].shape: got [1, 1, 8, 8], expected [N, 8, 8, 1] with N from 1",
                "images | UINT8 | [64]          | inputs[0].shape: got [64]",
                "images | UINT8 | [0,8,8,1]     | inputs[0].shape: got [0, 8, 8, 1]",
                "images | UINT8 | [5,8,8,1]     | N from 1 to 4",
                "images | UINT8 | [-1,8,8,1]    | inputs[0].shape: got -1",
                "images | UINT8 | [1.0,8,8,1]   | inputs[0].shape: got 1.0",
                "images | UINT8 | [9223372036854775807,8,8,1]  | inputs[0].shape",
                "images | UINT8 | [99999999999999999999,8,8,1] | inputs[0].shape",
                "images | UINT8 | 1             | inputs[0].shape: got 1, expected an array",
                "images | UINT8 | [2,8,8,1]     | inputs[0].data: got 64 values, expected 128 for shape [2, 8, 8, 1]",
            })
    void anInputOfAnotherModelIsRefused(String name, String type, String shape, String message) {
        refused(pixels, "{" + input(name, type, shape, sevens(VALUES)) + "}", message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[256]            | value 0: got 256, expected a whole number from 0 to 255",
                "[0, -1]          | value 1: got -1",
                "[1.5]            | value 0: got 1.5",
                "['1']            | value 0: got \"1\"",
                "[null]           | value 0: got null",
                "[true]           | value 0: got true",
                "[{}]             | value 0: got an object",
                "[NaN]            | got no JSON",
                "[1e400]          | value 0: got 1e400",
                "[99999999999999] | value 0: got 99999999999999",
                "[[[[[1]]]]]      | nested deeper than 4",
                "7                | inputs[0].data: got 7, expected an array",
                "[7,7,7           | got no JSON",
            })
    void numbersThatAreNoPixelsAreRefused(String data, String message) {
        refused(pixels, "{" + input("images", "UINT8", "[1,8,8,1]", data.replace('\'', '"')) + "}", message);
    }

    @Test
    void moreThanTheLargestBatchIsRefusedWhileItIsRead() {
        refused(
                pixels,
                "{" + input("images", "UINT8", "[1,8,8,1]", sevens(4 * VALUES + 1)) + "}",
                "more than 256 values, expected at most 4 images");
    }

    @Test
    void realsMustBeFinite() throws Exception {
        String shape = "[1,1,8,8]";
        refused(
                reals,
                "{" + input("input", "FP32", shape, "[1e39]") + "}",
                "value 0: got 1e39, expected a number within");
        byte[] tensor = new byte[VALUES * Float.BYTES];
        ByteBuffer.wrap(tensor).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * 5, Float.NaN);
        String json = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":" + shape
                + ",\"parameters\":{\"binary_data_size\":256}}]}";
        assertThatThrownBy(() -> InferRequestReader.read(joined(json, tensor), json.length(), reals))
                .hasMessageContaining("value 5: got NaN, expected a finite number");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "binary_data_size | 63   | 64 | binary_data_size: got 63, expected 64",
                "binary_data_size | 64   | 63 | the body: got 63 bytes after the JSON, expected 64",
                "binary_data_size | 64   | 65 | the body: got 65 bytes after the JSON",
                "binary_data_size | -1   | 64 | binary_data_size: got -1",
                "binary_data_size | \"64\" | 64 | binary_data_size: got \"64\"",
                "shared_memory_region | 1 | 64 | the parameter shared_memory_region",
                "other            | 1    | 0  | neither data nor parameters.binary_data_size",
            })
    void bytesMustBeAsManyAsWereSaid(String parameter, String value, int bytes, String message) {
        String json = "{\"inputs\":[{\"name\":\"images\",\"datatype\":\"UINT8\",\"shape\":[1,8,8,1],\"parameters\":{\""
                + parameter + "\":" + value + "}}]}";
        assertThatThrownBy(() -> InferRequestReader.read(joined(json, new byte[bytes]), json.length(), pixels))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                     | the request: got nothing, expected an object",
                "[]                                     | the request: got an array, expected an object",
                "{}                                     | inputs: got none",
                "{'inputs':{}}                          | inputs: got an object, expected an array",
                "{'inputs':[]}                          | inputs: got none",
                "{'inputs':[1]}                         | inputs[0]: got 1, expected an object",
                "{'inputs':[{'name':1}]}                | inputs[0].name: got 1, expected a string",
                "{'inputs':[{},{}]}                     | inputs: got more than one",
                "{'id':1}                               | id: got 1, expected a string",
                "{} {}                                  | the request: got an object after its end",
                "{'outputs':[{'name':'x'}]}             | outputs[0].name: got x, expected one of [logits, probabilities]",
                "{'outputs':[{}]}                       | outputs[0].name: got null",
                "{'outputs':[{'parameters':{'classification':3}}]} | the parameter classification",
                "{'outputs':[{'parameters':{'binary_data':1}}]}    | binary_data: got 1, expected true or false",
                "{'parameters':{'binary_data_output':'yes'}}       | binary_data_output: got \"yes\"",
            })
    void whatIsNoRequestIsRefused(String json, String message) {
        refused(pixels, json.replace('\'', '"'), message);
    }

    /** Whatever bytes come: an answer or a refusal, never another exception. */
    @Test
    void spoiltRequestsAreRefusedAndNothingElse() throws Exception {
        byte[] good = ("{\"id\":\"é\"," + input("images", "UINT8", "[1,8,8,1]", sevens(VALUES))
                        + ",\"outputs\":[{\"name\":\"probabilities\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
            for (int change = random.nextInt(3); change >= 0 && bad.length > 0; change--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                InferRequestReader.read(bad, bad.length, pixels);
            } catch (BadRequestException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 2);
    }

    private static void refused(TensorContract contract, String json, String message) {
        assertThatThrownBy(() -> read(contract, json))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining(message);
    }

    private static InferRequest read(TensorContract contract, String json) throws BadRequestException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return InferRequestReader.read(body, body.length, contract);
    }

    private static String input(String name, String type, String shape, String data) {
        return "\"inputs\":[{\"name\":\"" + name + "\",\"datatype\":\"" + type + "\",\"shape\":" + shape + ",\"data\":"
                + data + "}]";
    }

    private static String sevens(int count) {
        return IntStream.range(0, count).mapToObj(i -> "7").collect(Collectors.joining(",", "[", "]"));
    }

    private static byte[] joined(String json, byte[] tensor) {
        byte[] body = Arrays.copyOf(json.getBytes(StandardCharsets.UTF_8), json.length() + tensor.length);
        System.arraycopy(tensor, 0, body, json.length(), tensor.length);
        return body;
    }
}
