"""The Chinese of files: YAML, paths, pictures."""

from typing import Final

SOURCE: Final[dict[str, str]] = {
    # massctl/model/system_reason.py
    "No such file or directory": "没有这个文件或文件夹",
    "Permission denied": "没有权限",
    "Operation not permitted": "不允许这样做",
    "Is a directory": "这是一个文件夹",
    "Not a directory": "这不是文件夹",
    "File exists": "文件已经存在",
    "File name too long": "文件名太长",
    "No space left on device": "磁盘已满",
    "Disk quota exceeded": "超出了磁盘配额",
    "Read-only file system": "文件系统是只读的",
    "Input/output error": "读写出错",
    "Too many levels of symbolic links": "符号链接层数太多",
    "Address already in use": "这个地址已被占用",
    # massctl/picture/container.py
    "it ends too early": "文件不完整",
    "its header is wrong": "文件头有错",
    "a block in it is wrong": "其中一块数据有错",
    "it is cut into too many parts": "切分的块太多",
    "a checksum in it is wrong": "其中一处校验和有错",
    "its scans are wrong": "扫描数据有错",
    "its headers contradict each other": "几处文件头互相矛盾",
    "it needs an extension of PNG that nobody else reads": "它用了别处都读不了的 PNG 扩展",
    "it holds no image": "里面没有图像",
    "it holds more pixels than its header says": "像素比文件头声明的多",
    "it holds fewer pixels than its header says": "像素比文件头声明的少",
    "its pixels cannot be decoded": "像素无法解码",
    # massctl/picture/fault.py
    "the picture is damaged: {why}; export or download it again": "图片已损坏：{why}；请重新导出或下载",
    "WeChat does not take {name}: save the picture as JPEG or PNG": "微信不支持 {name}：请把图片存为 JPEG 或 PNG",
    "the picture is {width}x{height} pixels, more than {limit} megapixels: scale it down": (
        "图片有 {width}x{height} 像素，超过 {limit} 百万像素：请缩小"
    ),
    "the file is empty; export or download it again": "文件是空的；请重新导出或下载",
    "this is not a picture that massctl knows: use JPEG, PNG, GIF, WebP or BMP": (
        "massctl 不认识这种图片：请用 JPEG、PNG、GIF、WebP 或 BMP"
    ),
    "this is a Git LFS pointer and not the picture itself: run `git lfs pull`": (
        "这是 Git LFS 指针，不是图片本身：请运行 `git lfs pull`"
    ),
    "the picture is {width}x{height} pixels, and no side may be over {limit}: scale it down": (
        "图片有 {width}x{height} 像素，而任何一边都不能超过 {limit}：请缩小"
    ),
    # massctl/picture/measure.py
    "the file has {size}, more than the {limit} that are read: save it smaller": (
        "文件有 {size}，超过可读取的 {limit}：请存小一些"
    ),
    # massctl/picture/prepare.py
    "WeChat does not take an animated {name} like this: save it as GIF": "微信不支持这样的 {name} 动图：请存为 GIF",
    "the GIF has {frames} frames of {width}x{height} pixels: use fewer frames or a smaller size": (
        "这个 GIF 有 {frames} 帧，每帧 {width}x{height} 像素：请减少帧数或缩小尺寸"
    ),
    "converted from {source} to {name}, {before} -> {after}": "由 {source} 转为 {name}，{before} -> {after}",
    "the picture has {size} and cannot be brought below {limit} legibly: save it smaller or cut it": (
        "图片有 {size}，无法在保持清晰的前提下压到 {limit} 以内：请存小一些或裁剪"
    ),
    "the GIF has {size}, and WeChat takes at most {limit}: use fewer frames or a smaller size": (
        "这个 GIF 有 {size}，而微信最多接受 {limit}：请减少帧数或缩小尺寸"
    ),
    "scaled {width}x{height} -> {new_width}x{new_height}, re-encoded as {name}, {before} -> {after}": (
        "由 {width}x{height} 缩小到 {new_width}x{new_height}，重新编码为 {name}，{before} -> {after}"
    ),
    "took out what the camera wrote, {before} -> {after}": "去掉了相机写入的信息，{before} -> {after}",
    "re-encoded as {name}, {before} -> {after}": "重新编码为 {name}，{before} -> {after}",
    # massctl/source/campaigns.py
    "massctl.yaml has no account {account}": "massctl.yaml 里没有公众号 {account}",
    "did you mean {key}?": "是不是 {key}？",
    "massctl.yaml has {accounts}": "massctl.yaml 里有 {accounts}",
    # massctl/source/repository.py
    "save the file as UTF-8": "请把文件存为 UTF-8",
    "this is not UTF-8 but {encoding}": "文件不是 UTF-8，而是 {encoding}",
    "the byte {byte} is not UTF-8": "字节 {byte} 不是 UTF-8",
    "the control character {name} is not text": "控制字符 {name} 不是文字",
    # massctl/source/settings_writer.py
    "massctl.yaml cannot be written": "无法写入 massctl.yaml",
    "{why}. Nothing was begun, uploaded or sent.": "{why}。没有建立账本，没有上传也没有群发任何内容。",
    "massctl cannot write this into massctl.yaml without changing other lines": (
        "massctl.yaml 现在的写法，没法只写进这一处而不改动别的行"
    ),
    "massctl.yaml is as it was. Nothing was begun, uploaded or sent.": (
        "massctl.yaml 没有改动。没有建立账本，没有上传也没有群发任何内容。"
    ),
    "{lines}   write this into massctl.yaml, each key on a line below state:, then run the same command again": (
        "{lines}   写进 massctl.yaml 的 state: 下面，每个键各占一行并缩进，然后再运行同一条命令"
    ),
    "{lines}   write this into massctl.yaml, each key on a line below state:, and take {keys} out there; then run "
    "the same command again": (
        "{lines}   写进 massctl.yaml 的 state: 下面，每个键各占一行并缩进，并从那里删去 {keys}；然后再运行同一条命令"
    ),
    "Make massctl.yaml writable, then run the same command again.": "让 massctl.yaml 可写，再运行同一条命令。",
    # massctl/source/repository.py
    "rename {found} to {name}": "把 {found} 改名为 {name}",
    "case differs: {path}": "大小写不同：{path}",
    # massctl/source/media.py
    "a picture was changed while massctl was at work": "massctl 运行期间，有一张图片被改动了",
    "campaigns/{path} is not what was planned. Nothing was done with it.": (
        "campaigns/{path} 已不是计划里的那个文件。没有用它做任何事。"
    ),
    "run the same command again": "再运行一次同一条命令",
    # massctl/source/reporter.py
    "this file has more faults than are shown": "这个文件还有更多错误没有列出",
    # massctl/source/repository.py
    "this path leads out of the {folder} folder, and nothing was read": (
        "这个路径通到了 {folder} 文件夹之外，没有读取任何东西"
    ),
    "{folder} is not a campaign name": "{folder} 不能用作活动的名字",
    "small letters, digits, `.`, `_` and `-`, at most 64; a folder with a leading `_` is no campaign": (
        "小写字母、数字、`.`、`_` 和 `-`，最多 64 个字符；以 `_` 开头的文件夹不是活动"
    ),
    "the file cannot be read: {reason}": "无法读取文件：{reason}",
    "{name} is a link that leads back to itself": "{name} 是指回自己的链接",
    "{name} is a folder": "{name} 是文件夹",
    "campaigns/ is not a folder": "campaigns/ 不是文件夹",
    "campaigns/ cannot be read: {reason}": "无法读取 campaigns/：{reason}",
    "campaigns are folders in campaigns/": "每个活动是 campaigns/ 里的一个文件夹",
    "campaigns/ holds no campaign yet": "campaigns/ 里还没有活动",
    "this is not a regular file": "这不是普通文件",
    "{name} is missing": "没有 {name}",
    "the file is larger than {limit} bytes, and was not read": "文件超过 {limit} 字节，没有读取",
    # massctl/source/settings_rules.py
    "in_doubt_wait must be at least {least} seconds": "in_doubt_wait 至少要 {least} 秒",
    "{id} is the original id of account {other} too": "{id} 也是公众号 {other} 的原始 ID",
    "write the one that the console shows under 设置与开发 / 账号详情 for this account": (
        "填写这个公众号后台“设置与开发 / 账号详情”里的原始 ID"
    ),
    "less is for accounts whose api_base is on this machine": "只有 api_base 在本机的公众号才能更短",
    "write a name like {example}": "写一个像 {example} 这样的名字",
    "from and to are the same: there would be no quiet hours": "from 和 to 相同：那就没有静默时段了",
    "{key} takes the name of an environment variable, and this looks like a secret": (
        "{key} 要写环境变量的名字，而这看起来像密钥本身"
    ),
    "take it out of the file, and reset it in the console if it was ever committed": (
        "把它从文件里删掉；如果曾经提交过，请到公众平台重置"
    ),
    "there is no time zone {zone}": "没有时区 {zone}",
    "delete quiet_hours, or correct them": "删掉 quiet_hours，或改正它",
    "the last day, {last}, is before the first, {first}": "最后一天 {last} 早于第一天 {first}",
    "there is no such day: {found}": "没有这一天：{found}",
    "one entry for each time that a folder was renamed: from the name before to the one after": (
        "文件夹每改一次名写一条：从改之前的名字到改之后的名字"
    ),
    "{name} is renamed twice": "{name} 改了两次名",
    "two campaigns cannot become {name}: each has a record of its own": (
        "两个活动不能都变成 {name}：它们各有自己的记录"
    ),
    "{name} leads back to itself": "{name} 又绕回了自己",
    "campaigns/{name} is still there, so it was not renamed": "campaigns/{name} 还在，所以它没有改名",
    "delete this entry, or give the other campaign that uses the old name a name of its own": (
        "删掉这一条；或者给占用旧名字的另一个活动换一个名字"
    ),
    "there is no folder campaigns/{name}": "没有文件夹 campaigns/{name}",
    "write the name that the folder has now, or delete this entry if the campaign is gone": (
        "写文件夹现在的名字；活动已经不在了，就删掉这一条"
    ),
    # massctl/source/yaml_lint.py
    "if it belongs to the text, put the text in quotes": "如果它是文字的一部分，请给整段文字加引号",
    "if the marks belong to the text, put straight ones around them: '“…”'": (
        "如果引号是文字的一部分，请在外面再加一层半角引号：'“…”'"
    ),
    "put the whole value in quotes": "请给整个值加引号",
    "curly quotation marks do not quote in YAML: they would become part of the value": (
        "弯引号在 YAML 里不起引号的作用，会变成值的一部分"
    ),
    "a full-width space (U+3000) where YAML needs an ordinary one": "这里有全角空格（U+3000），YAML 需要半角空格",
    "a no-break space (U+00A0) where YAML needs an ordinary one": "这里有不换行空格（U+00A0），YAML 需要普通空格",
    "a tab as indentation: YAML allows spaces only": "用制表符缩进了：YAML 只允许空格",
    "full-width {found} where YAML needs {due}": "写成了全角 {found}，YAML 这里需要 {due}",
    # massctl/source/validation.py
    "the keys here are {keys}": "这里可用的键有 {keys}",
    "{key} belongs at the top of the file, not indented": "{key} 应写在文件最外层，不要缩进",
    "{key} belongs under {where}": "{key} 应写在 {where} 下面",
    "unknown key {key}": "不认识的键 {key}",
    # massctl/source/validation.py
    "{key} is part of the format, but massctl {version} does not carry it out yet": (
        "{key} 是格式的一部分，但 massctl {version} 还没有实现"
    ),
    "say who receives it: every follower, or those of tag_id, tag or openids": (
        "请写明发给谁：全部粉丝，或 tag_id、tag、openids 里的一种"
    ),
    "expected {expected}, found {found}": "应为 {expected}，写的是 {found}",
    "true or false": "true 或 false",
    "a whole number": "整数",
    "a text": "文字",
    "keys with values": "下一层的键和值",
    "{key} has no value": "{key} 没有值",
    "write a value behind it, or delete the key": "在它后面写上值，或删掉这个键",
    # massctl/source/validation.py
    "a number": "数字",
    "a list": "列表",
    "an account's name: small letters, digits, _ and -, at most 32": (
        "公众号的代称：小写字母、数字、_ 和 -，最多 32 个字符"
    ),
    "the name of an environment variable: letters, digits and _, no digit first": (
        "环境变量的名字：字母、数字和 _，不以数字开头"
    ),
    "an AppID: wx and letters or digits": "AppID：wx 加字母或数字",
    'a time of day in quotes: "22:00"': '加引号的时刻："22:00"',
    "a day or two with a slash: 2027-01-28/2027-02-03": "一天，或用斜线隔开的两天：2027-01-28/2027-02-03",
    "a login of the forge, without @": "代码平台的用户名，不带 @",
    "a number and a unit: 90s, 45m, 72h or 3d": "数字加单位：90s、45m、72h 或 3d",
    "a variable's name: ASCII letters, digits and _, no digit first": "变量名：英文字母、数字和 _，不以数字开头",
    "{key}: expected {expected}, found {found}": "{key}：应为 {expected}，写的是 {found}",
    "{key}: expected {form}, found {found}": "{key}：应为 {form}，写的是 {found}",
    "write {example}": "写成 {example}",
    "{key}: expected a time with an offset, found {found}": "{key}：应为带时区偏移的时间，写的是 {found}",
    "nothing": "空值",
    "the number {number}": "数字 {number}",
    'the text "{text}"': '文字 "{text}"',
    "{key}: {found} is not allowed": "{key}：不能写 {found}",
    "{name} is not {form}": "{name} 不是 {form}",
    "{key}: this value is not allowed": "{key}：不能用这个值",
    "{key}: a time of day and an offset are missing behind {day}": "{key}：{day} 后面缺少时刻和时区偏移",
    "{key}: the offset is missing behind {time}": "{key}：{time} 后面缺少时区偏移",
    "put it in quotes if it is text": "如果是文字，请加引号",
    "write the number without quotes": "写数字时不加引号",
    "write it as a list, in square brackets": "写成方括号里的列表",
    "true": "true",
    "false": "false",
    "{key} is missing": "缺少 {key}",
    "write {allowed}": "写成 {allowed}",
    "{key} is empty": "{key} 是空的",
    "{key} must be at least {least}": "{key} 至少为 {least}",
    "{key} must be at most {most}": "{key} 至多为 {most}",
    "{key} needs at least {least}": "{key} 至少要有 {least} 个",
    "{key} takes at most {most}": "{key} 至多有 {most} 个",
    "in YAML 1.2 only true and false are truth values: write {word}": (
        "YAML 1.2 里只有 true 和 false 表示真假：写成 {word}"
    ),
    "write {word} without quotes": "写 {word} 时不加引号",
    # massctl/source/yaml.py
    "{key} is written twice; the first is on line {line}": "{key} 写了两次；第一次在第 {line} 行",
    "a key must be text": "键必须是文字",
    'put the key in quotes: "{key}"': '给键加上引号："{key}"',
    "the aliases of this file stand for more than {count} values": "这个文件的别名展开后超过 {count} 个值",
    "the merge key << takes a mapping, or a list of mappings": "合并键 << 后面要跟一组键值，或它们的列表",
    "the file is empty": "文件是空的",
    # massctl/source/yaml_lint.py
    "a value that begins with a Jinja {brace} must be in quotes": "以 Jinja 的 {brace} 开头的值必须加引号",
    "a space is missing after the colon": "冒号后面少了一个空格",
    # massctl/source/yaml.py
    "a second document begins here; a file holds one": "从这里开始了第二个文档；一个文件只能有一个",
    "more than {count} keys and values in one file": "一个文件里的键和值超过 {count} 个",
    "there is no anchor &{name} for this alias": "这个别名没有对应的锚点 &{name}",
    "if it is text, put the whole value in quotes": "如果是文字，请给整个值加引号",
    "the YAML tag {tag} has no meaning here": "YAML 标记 {tag} 在这里没有意义",
    "this cannot be read as YAML: {problem}": "无法按 YAML 读取：{problem}",
    "more than {count} levels of nesting": "嵌套超过 {count} 层",
    "the alias *{name} holds itself": "别名 *{name} 包含了它自己",
    # massctl/source/yaml.py
    "the quotation mark opened here is never closed": "从这里开始的引号一直没有结束",
    "this list is never closed with ], or a comma is missing in it": "这个列表没有用 ] 结束，或者中间少了逗号",
    "these keys are never closed with a curly bracket, or a comma is missing between them": (
        "这组键没有用花括号结束，或者中间少了逗号"
    ),
    "this line is no `key: value`": "这一行不是 `key: value`",
    "write a colon of ASCII and a blank behind the key; a text over several lines is indented": (
        "键后面要写半角冒号和一个空格；多行文字要缩进"
    ),
    "a colon where no key can be: this line is indented too deep, or the value needs quotes": (
        "这里不能有键却出现了冒号：这一行缩进太多，或者值需要加引号"
    ),
    "keys of one block begin in the same column; a text with `: ` in it goes in quotes": (
        "同一块的键从同一列开始；含有 `: ` 的文字要加引号"
    ),
    "a list item cannot begin here": "列表项不能从这里开始",
    "begin each `- item` on its own line": "每个 `- item` 单独写一行",
    "this line does not fit the lines above it": "这一行和上面的行对不上",
    "keys of one block begin in the same column, and lists and keys do not mix": (
        "同一块的键从同一列开始，列表和键不能混在一起"
    ),
    "add `{line}`": "加上一行 `{line}`",
    "a value cannot begin with this character": "值不能以这个字符开头",
    "this backslash means nothing in double quotes": "双引号里的这个反斜线没有意义",
    "write two backslashes, or use single quotes": "写两个反斜线，或改用单引号",
    "the text behind | or > begins on the next line, indented": "| 或 > 后面的文字从下一行开始，并且要缩进",
    "this YAML tag has no meaning here": "这个 YAML 标记在这里没有意义",
    "a value that begins with * is a YAML alias": "以 * 开头的值是 YAML 的别名",
    "a value that begins with & is a YAML anchor": "以 & 开头的值是 YAML 的锚点",
    "this file asks for another version of YAML than 1.2": "这个文件要求的 YAML 版本不是 1.2",
    # massctl/source/yaml.py
    "this is no {tag}": "这不是 {tag}",
    "this number is too large": "这个数字太大",
    "if it is text, put it in quotes": "如果是文字，请加引号",
    "if it is the beginning of a text, put the text in quotes": "如果是一段文字的开头，请给整段文字加引号",
    "this number is not finite, or too large": "这个数字不是有限数，或者太大",
    "this text holds half of a character (a lone surrogate)": "这段文字里有半个字符（孤立的代理项）",
    # massctl/source/yaml_lint.py
    "a value that begins with {character} must be in quotes": "以 {character} 开头的值必须加引号",
    "there is more text behind the quoted or bracketed part of this value": "这个值的引号或括号后面还有文字",
    "a value with a colon and a blank in it must be in quotes": "含有冒号加空格的值必须加引号",
}
