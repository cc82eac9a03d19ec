using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Says what the profile speaks, as far as it is answered here.</summary>
static class ApiVersionsAnswer
{
    public static IMessage To(Asked asked) => new ApiVersions.Response { ApiKeys = [.. asked.Broker.Apis.Select(Entry)] };

    /// <summary>The answer to a version that is not spoken; it is read as version 0.</summary>
    public static IMessage Refuse(Asked asked) => new ApiVersions.Response
    {
        ErrorCode = ErrorCode.UnsupportedVersion,
        ApiKeys = asked.Generation.RefusalNamesRange ? [Entry(asked.Broker.Find(ApiVersions.Api.Key)!)] : [],
    };

    static ApiVersions.Response.ApiVersion Entry(SpokenApi spoken) => new()
    {
        ApiKey = spoken.Api.Key,
        MinVersion = spoken.AdvertisedMin,
        MaxVersion = spoken.Max,
    };
}
