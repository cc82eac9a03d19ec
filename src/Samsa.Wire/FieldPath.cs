namespace Samsa.Wire;

/// <summary>Where in a message something went wrong. Grows outwards while the exception passes the fields.</summary>
struct FieldPath(string? field)
{
    string? path = field;
    string? message;

    public readonly string? Text => path;

    public readonly string? Message => message;

    public void Within(string field, int index)
    {
        var here = index < 0 ? field : $"{field}[{index}]";
        path = path is null ? here : $"{here}.{path}";
    }

    public void While(string name, short version) => message ??= $"{name} v{version}";

    /// <summary>" while reading Fetch.Response v12 (field Responses[0].Records)", as far as it is known.</summary>
    public readonly string Describe(string doing) => (message, path) switch
    {
        (null, null) => "",
        (null, _) => $" while {doing} {path}",
        (_, null) => $" while {doing} {message}",
        _ => $" while {doing} {message} (field {path})",
    };
}
