import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Lets Kafka's own classes write every message in every version. Prints a line per message: name, version, content, bytes.
 * Made with kafka-clients 3.9.2 and 4.3.1 (and jackson-databind, jackson-core, jackson-annotations, slf4j-api) on the class path:
 *   for jar in 3.9.2 4.3.1; do java -cp "kafka-clients-$jar.jar:..." GoldenMessages.java; done | sort -u > messages.tsv
 */
public final class GoldenMessages {
    static final String[] APIS = {"Produce", "Fetch", "ListOffsets", "Metadata", "FindCoordinator", "ApiVersions",
        "CreateTopics", "DeleteTopics", "InitProducerId", "OffsetForLeaderEpoch", "DeleteRecords", "DescribeConfigs",
        "CreatePartitions", "DescribeCluster", "DescribeTopicPartitions"};
    static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);

    final boolean full;
    final short version;
    int count;

    GoldenMessages(boolean full, short version) {
        this.full = full;
        this.version = version;
    }

    public static void main(String[] args) throws Exception {
        for (String api : APIS) {
            boolean unstable = definition(api + "Request").path("latestVersionUnstable").asBoolean();
            for (String kind : new String[] {"Request", "Response"}) {
                JsonNode definition = definition(api + kind);
                short[] versions = range(definition.get("validVersions").asText());
                for (short v = versions[0]; v <= versions[1] - (unstable ? 1 : 0); v++) {
                    for (boolean full : new boolean[] {true, false}) {
                        JsonNode content = new GoldenMessages(full, v).fill(definition.get("fields"));
                        System.out.println(api + "." + kind + "\t" + v + "\t" + content + "\t" + encode(api + kind, content, v));
                    }
                }
            }
        }
    }

    static JsonNode definition(String name) throws Exception {
        try (InputStream in = Message.class.getResourceAsStream("/common/message/" + name + ".json")) {
            return JSON.readTree(in);
        }
    }

    static String encode(String name, JsonNode content, short version) throws Exception {
        Class<?> converter = Class.forName("org.apache.kafka.common.message." + name + "DataJsonConverter");
        Message message = (Message) converter.getMethod("read", JsonNode.class, short.class).invoke(null, content, version);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        byte[] bytes = new byte[message.size(cache, version)];
        message.write(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), cache, version);
        return HexFormat.of().formatHex(bytes);
    }

    ObjectNode fill(JsonNode fields) {
        ObjectNode made = JSON.createObjectNode();
        for (JsonNode field : fields) {
            if (!has(field, "versions")) continue;
            // A tagged field that is not said has its default and is left out.
            if (!full && has(field, "taggedVersions")) continue;
            String name = field.get("name").asText();
            name = Character.toLowerCase(name.charAt(0)) + name.substring(1);
            made.set(name, !full && has(field, "nullableVersions") ? JSON.nullNode() : value(field));
        }
        return made;
    }

    JsonNode value(JsonNode field) {
        String type = field.get("type").asText();
        if (!type.startsWith("[]")) return single(field, type);
        ArrayNode items = JSON.createArrayNode();
        for (int i = 0; i < (full ? 2 : 1); i++) items.add(single(field, type.substring(2)));
        return items;
    }

    JsonNode single(JsonNode field, String type) {
        count++;
        return switch (type) {
            case "bool" -> JSON.getNodeFactory().booleanNode(full);
            case "int8" -> JSON.getNodeFactory().numberNode((byte) (full ? count : -count));
            case "int16" -> JSON.getNodeFactory().numberNode((short) (full ? 257 * count : -count));
            case "int32" -> JSON.getNodeFactory().numberNode(full ? 16_909_060 * count : -count);
            case "int64" -> JSON.getNodeFactory().numberNode(full ? 72_623_859_790_382_856L * count : -count);
            case "string" -> JSON.getNodeFactory().textNode(full ? "é-" + field.get("name").asText() + "-" + count : "");
            case "uuid" -> JSON.getNodeFactory().textNode(base64(16).substring(0, 22).replace('+', '-').replace('/', '_'));
            case "bytes", "records" -> JSON.getNodeFactory().textNode(base64(full ? 130 : 0));
            default -> fill(field.get("fields"));
        };
    }

    String base64(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte) (i + count);
        return Base64.getEncoder().encodeToString(bytes);
    }

    boolean has(JsonNode field, String versions) {
        if (!field.has(versions) || field.get(versions).asText().equals("none")) return false;
        short[] range = range(field.get(versions).asText());
        return range[0] <= version && version <= range[1];
    }

    static short[] range(String text) {
        if (text.endsWith("+")) return new short[] {Short.parseShort(text.substring(0, text.length() - 1)), Short.MAX_VALUE};
        String[] parts = text.split("-");
        return new short[] {Short.parseShort(parts[0]), Short.parseShort(parts[parts.length - 1])};
    }
}
